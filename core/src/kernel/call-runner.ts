import { isTrellisError, UnavailableError } from '@trellis-crm/sdk';
import type { Logger } from 'pino';
import { CallCosts, type CallCost } from './call-costs.js';
import { currentScope, inScope } from '../logging/call-scope.js';
import { createRunningCalls, type RunningCalls } from './running-calls.js';

/** A call into a module's code. */
export interface ModuleCall {
  readonly module: string;
  /** What is called, in words for the log and the plugin's page: `route POST /deals`, `panel open-deals`. */
  readonly what: string;
  /** Milliseconds until the call is given up and its context revoked. */
  readonly timeoutMs: number;
  /** Ends the call early: the client is gone, the process stops. */
  readonly signal?: AbortSignal;
  /** Its code is loaded: nothing of other modules counts while it is. */
  readonly isLoading?: boolean;
}

/** What a module's calls cost in this process since its start. */
export interface ModuleTimings {
  readonly calls: number;
  /** Errors that are bugs and calls that took too long; refusals with a meaning do not count. */
  readonly faults: number;
  readonly totalMs: number;
  readonly maxMs: number;
  readonly lastFault: { readonly what: string; readonly message: string; readonly at: Date } | null;
}

/** The one boundary around every call into a module: time-out, attribution of faults, timing. */
export interface CallRunner {
  /** @throws UnavailableError `plugin_timeout`, or whatever the call throws */
  run<T>(call: ModuleCall, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  timings(module: string): ModuleTimings;
  /** What calls cost since the start, by module and kind. */
  costs(): readonly CallCost[];
  /** Notes a fault of the module outside any call: a rejection that nobody awaits, a timer that throws. */
  noteStray(call: Pick<ModuleCall, 'module' | 'what'>, fault: unknown): void;
  /** Resolves when no call into the module that began before is running any more, or after `timeoutMs`. @returns whether all ended */
  settled(module: string, timeoutMs: number): Promise<boolean>;
}

/** Creates the boundary of one workspace. */
export function createCallRunner(log: Logger, books: RunningCalls = createRunningCalls()): CallRunner {
  const timings = new Map<string, ModuleTimings>();
  const running = new Map<Promise<unknown>, string>();
  const costs = new CallCosts();
  return {
    run<T>(call: ModuleCall, work: (signal: AbortSignal) => Promise<T>) {
      const scope = { module: call.module, what: call.what, requestId: currentScope()?.requestId };
      const marked = (signal: AbortSignal): Promise<T> =>
        books.run(call, async () => work(signal), { isLoading: call.isLoading, signal });
      const result = inScope(scope, () =>
        runCall(call, marked, (outcome) => {
          costs.note(call, outcome.ms, outcome.fault !== undefined);
          note({ timings, log }, call, outcome);
        }),
      );
      const ended = result.then(ignore, ignore).finally(() => running.delete(ended));
      running.set(ended, call.module);
      return result;
    },
    timings: (module) => timings.get(module) ?? noTimings,
    costs: () => costs.list(),
    noteStray: (call, fault) => note({ timings, log }, call, { ms: 0, fault }),
    settled(module, timeoutMs) {
      const calls = [...running].filter(([, owner]) => owner === module).map(([ended]) => ended);
      return settle(calls, timeoutMs);
    },
  };
}

const noTimings: ModuleTimings = { calls: 0, faults: 0, totalMs: 0, maxMs: 0, lastFault: null };

const ignore = (): void => undefined;

interface CallOutcome {
  readonly ms: number;
  /** Set for a bug, and for a call that took too long. */
  readonly fault?: unknown;
}

async function runCall<T>(
  call: ModuleCall,
  work: (signal: AbortSignal) => Promise<T>,
  report: (outcome: CallOutcome) => void,
): Promise<T> {
  const start = performance.now();
  const limit = limitOf(call);
  try {
    // The race lets the caller go on; the context of what lags behind is revoked by the signal.
    const value = await Promise.race([Promise.resolve(limit.signal).then(work), limit.expired]);
    report({ ms: performance.now() - start });
    return value;
  } catch (error) {
    report({ ms: performance.now() - start, fault: isFault(error) ? error : undefined });
    throw error;
  } finally {
    limit.end();
  }
}

interface Limit {
  readonly signal: AbortSignal;
  readonly expired: Promise<never>;
  end(): void;
}

function limitOf(call: ModuleCall): Limit {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => controller.abort(call.signal?.reason);
  const expired = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason as Error), { once: true });
    timer = setTimeout(() => controller.abort(timedOut(call)), call.timeoutMs);
  });
  expired.catch(ignore);
  if (call.signal?.aborted === true) onAbort();
  else call.signal?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    expired,
    end() {
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', onAbort);
      // Contexts are valid during the call they were made for, and no longer.
      controller.abort('over');
    },
  };
}

function timedOut(call: ModuleCall): UnavailableError {
  return new UnavailableError(
    'plugin_timeout',
    { module: call.module, what: call.what, timeoutMs: call.timeoutMs, retryAfterSeconds: 5 },
    { message: `${call.what} of ${call.module} took longer than ${call.timeoutMs} ms` },
  );
}

function isFault(error: unknown): boolean {
  return !isTrellisError(error) || error.code === 'plugin_timeout' || error.kind === 'plugin';
}

function note(
  books: { timings: Map<string, ModuleTimings>; log: Logger },
  call: Pick<ModuleCall, 'module' | 'what'>,
  outcome: CallOutcome,
): void {
  const { timings, log } = books;
  const { ms, fault } = outcome;
  const before = timings.get(call.module) ?? noTimings;
  const message = fault instanceof Error ? fault.message : String(fault);
  timings.set(call.module, {
    calls: before.calls + 1,
    faults: before.faults + (fault === undefined ? 0 : 1),
    totalMs: before.totalMs + ms,
    maxMs: Math.max(before.maxMs, ms),
    lastFault: fault === undefined ? before.lastFault : { what: call.what, message, at: new Date() },
  });
  if (fault !== undefined)
    log.error({ module: call.module, what: call.what, ms: Math.round(ms), err: fault }, 'a call into a module failed');
}

async function settle(calls: readonly Promise<unknown>[], timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  const allEnded = Promise.all(calls).then(() => true as const);
  return Promise.race([allEnded, tooLate]).finally(() => clearTimeout(timer));
}
