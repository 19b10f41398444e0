import { UnavailableError } from '@trellis-crm/sdk';
import type { Exchange } from './request-state.js';

/** Aborts when the client goes away or the time is up. */
export interface TimeLimit {
  readonly signal: AbortSignal;
  /** Settles like `work`, or rejects with UnavailableError `request_timeout` when the time is up first. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** @param timeoutMs null for a body that may take its time: the endpoint watches its progress itself */
export function limitTime(ctx: Exchange, timeoutMs: number | null): TimeLimit {
  return new RequestTimeLimit(ctx, timeoutMs);
}

/** Most requests are over before anybody asks for their signal, so it is made for those who do. */
class RequestTimeLimit implements TimeLimit {
  #controller: AbortController | undefined;
  #reason: UnavailableError | undefined;

  constructor(
    private readonly ctx: Exchange,
    private readonly timeoutMs: number | null,
  ) {}

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
      else this.#watchClient();
    }
    return this.#controller.signal;
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    const { timeoutMs } = this;
    if (timeoutMs === null) return work();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(this.#end('request_timeout')), timeoutMs);
      work()
        .then(resolve, reject)
        .finally(() => clearTimeout(timer));
    });
  }

  #watchClient(): void {
    const { res } = this.ctx;
    const hearClose = (): void => {
      if (!res.writableFinished) this.#end('client_gone');
    };
    if (res.closed) hearClose();
    else res.once('close', hearClose);
  }

  #end(code: 'request_timeout' | 'client_gone'): UnavailableError {
    const details = code === 'request_timeout' ? { retryAfterSeconds: 2 } : {};
    this.#reason ??= new UnavailableError(code, details);
    this.#controller?.abort(this.#reason);
    return this.#reason;
  }
}
