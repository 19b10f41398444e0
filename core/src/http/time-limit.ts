import { UnavailableError } from '@trellis-crm/sdk';
import type { Exchange } from './request-state.js';

/** Aborts when the client goes away or the time is up. */
export interface TimeLimit {
  readonly signal: AbortSignal;
  /** Settles like `work`, or rejects with UnavailableError `request_timeout` when the time is up first. */
  run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** @param timeoutMs null for a body that may take its time: the endpoint watches its progress itself */
export function limitTime(ctx: Exchange, timeoutMs: number | null): TimeLimit {
  const controller = new AbortController();
  ctx.res.once('close', () => {
    if (!ctx.res.writableFinished) controller.abort(new UnavailableError('client_gone'));
  });
  return {
    signal: controller.signal,
    run: (work) => (timeoutMs === null ? work(controller.signal) : race(work, controller, timeoutMs)),
  };
}

async function race<T>(
  work: (signal: AbortSignal) => Promise<T>,
  controller: AbortController,
  timeoutMs: number,
): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new UnavailableError('request_timeout', { retryAfterSeconds: 2 });
    reject(error);
    controller.abort(error);
  }, timeoutMs);
  try {
    return await Promise.race([work(controller.signal), promise]);
  } finally {
    clearTimeout(timer);
  }
}
