import type { CallRunner } from './call-runner.js';
import type { Generation } from './generation.js';
import { buildGeneration, type GenerationInput } from './build-generation.js';
import type { GenerationParts } from './generation-parts.js';

/** Holds the generation new calls use, and ends what ran in modules that left. */
export interface Generations {
  /** @throws Error before the first one was built */
  current(): Generation;
  /** Builds a generation without using it, to see whether it can be built. @throws PluginError */
  build(input: Omit<GenerationInput, 'signalOf'>): Generation;
  /**
   * Makes new calls use a generation that `build` made. Calls in modules that are not part of it any more have 15 s to finish;
   * then their contexts are revoked.
   * @returns when the last of them is over
   */
  swap(generation: Generation): Promise<void>;
  /** Calls back after each swap with the generation before (null at first) and the one that now holds. */
  onSwap(listener: (before: Generation | null, now: Generation) => void): void;
}

/** Milliseconds that running calls have after their module was disabled. */
export const drainMs = 15_000;

/** Creates the holder of one workspace. */
export function createGenerations(
  parts: GenerationParts,
  calls: CallRunner,
  drainTimeoutMs: number = drainMs,
): Generations {
  const listeners: ((before: Generation | null, now: Generation) => void)[] = [];
  const lifetimes = new WeakMap<Generation, ReadonlyMap<string, AbortController>>();
  let current: Generation | null = null;
  const lifetimesOf = (generation: Generation | null): ReadonlyMap<string, AbortController> =>
    (generation === null ? undefined : lifetimes.get(generation)) ?? new Map<string, AbortController>();
  return {
    current() {
      if (current === null) throw new Error('no generation was built yet');
      return current;
    },
    build(input) {
      const known = lifetimesOf(current);
      const own = new Map(input.modules.map(({ module }) => [module, known.get(module) ?? new AbortController()]));
      const signalOf = (module: string): AbortSignal => own.get(module)?.signal ?? ended;
      const generation = buildGeneration({ ...input, signalOf }, parts);
      lifetimes.set(generation, own);
      return generation;
    },
    async swap(generation) {
      const before = current;
      current = generation;
      for (const listener of listeners) listener(before, generation);
      const kept = lifetimesOf(generation);
      const left = [...lifetimesOf(before)].filter(([module, lifetime]) => kept.get(module) !== lifetime);
      await Promise.all(left.map(([module, lifetime]) => end(calls, module, lifetime, drainTimeoutMs)));
    },
    onSwap: (listener) => void listeners.push(listener),
  };
}

/** Signal of modules that are not part of a generation. */
const ended = AbortSignal.abort();

async function end(calls: CallRunner, module: string, lifetime: AbortController, timeoutMs: number): Promise<void> {
  await calls.settled(module, timeoutMs);
  lifetime.abort();
}
