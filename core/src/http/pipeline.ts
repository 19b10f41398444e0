import { inScope } from '../logging/call-scope.js';
import type { Exchange, Step } from './request-state.js';

/** What requests pass. */
export interface PipelineParts {
  /** Done to each request before anything is asked, in this order. */
  readonly preparations: readonly ((ctx: Exchange) => void)[];
  /** Asked in this order until one answers. */
  readonly steps: readonly Step[];
  /** Turns what a step threw into an answer. */
  answerError(ctx: Exchange, error: unknown): void;
}

/** What every request passes, whichever way it came in; afterwards the exchange holds its answer. */
export function createPipeline(parts: PipelineParts): (ctx: Exchange) => Promise<void> {
  return (ctx) => {
    for (const prepare of parts.preparations) prepare(ctx);
    return inScope(ctx.state.scope, () => answer(parts, ctx));
  };
}

async function answer({ steps, answerError }: PipelineParts, ctx: Exchange): Promise<void> {
  try {
    for (const step of steps) {
      const outcome = step(ctx);
      if (outcome === true || (outcome !== false && (await outcome))) return;
    }
  } catch (error) {
    answerError(ctx, error);
  }
}
