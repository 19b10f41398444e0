import { AsyncLocalStorage } from 'node:async_hooks';
import type { CrashMarker, MarkedCall } from './crash-marker.js';

/** How a call is noted. */
export interface RunningOptions {
  /** Claims the thread until the work is over: imports have no stretches of their own. */
  readonly isLoading?: boolean | undefined;
  /** Once aborted the call was given up; what hangs for ever is not waited for in the books. */
  readonly signal?: AbortSignal;
}

/** Whose code this process runs: known to itself by the asynchronous context, and after its death by its marker. */
export interface RunningCalls {
  /** Runs a call into a module; core's own are not noted. */
  run<T>(call: MarkedCall, work: () => Promise<T>, options?: RunningOptions): Promise<T>;
  /** The call whose code runs, or whose timers and promises do; undefined in core. */
  current(): MarkedCall | undefined;
  /** Notes that the process ends in the middle of the current call. */
  noteExit(): void;
}

/**
 * Keeps the books of one process.
 *
 * "Runs" means two things. Until a callback first waits it has the only thread: an endless loop, an exit or a crash then is its
 * doing, and the marker says `now`. Once it waits it is one of those that are `waiting`: what happens then is one of theirs, most
 * likely the latest's.
 */
export function createRunningCalls(marker?: CrashMarker): RunningCalls {
  const context = new AsyncLocalStorage<MarkedCall>();
  const waiting = new Set<MarkedCall>();
  let now: MarkedCall | null = null;
  const note = (): void => marker?.note({ now, waiting: [...waiting].reverse() });
  const enter = (call: MarkedCall): MarkedCall | null => {
    const outer = now;
    now = call;
    note();
    return outer;
  };
  const leave = (call: MarkedCall, outer: MarkedCall | null): void => {
    if (!waiting.delete(call) && now !== call) return;
    if (now === call) now = outer;
    note();
  };
  return {
    current: () => context.getStore(),
    async run(call, work, { isLoading = false, signal } = {}) {
      if (call.module === 'core') return work();
      const named = { module: call.module, what: call.what };
      const outer = enter(named);
      signal?.addEventListener('abort', () => leave(named, outer), { once: true });
      try {
        const promise = context.run(named, work);
        waiting.add(named);
        if (isLoading) return await promise;
        now = outer;
        note();
        return await promise;
      } finally {
        leave(named, outer);
      }
    },
    noteExit() {
      const call = context.getStore();
      if (call !== undefined) enter(call);
    },
  };
}
