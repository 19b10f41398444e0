import { UnavailableError } from '@trellis-crm/sdk';
import type { Deadlines } from './deadlines.js';
import type { Exchange } from './request-state.js';

/** Aborts when the client goes away or the time is up. */
export interface TimeLimit {
  readonly signal: AbortSignal;
  /**
   * Settles like `work`, or rejects with UnavailableError `request_timeout` when the time is up first.
   * @param dropLate gets what came when nobody waited for it any more
   */
  run<T>(work: () => Promise<T>, dropLate?: (value: T) => void): Promise<T>;
}

/** @param deadlines null for a body that may take its time: the endpoint watches its progress itself */
export function limitTime(ctx: Exchange, deadlines: Deadlines | null): TimeLimit {
  return new RequestTimeLimit(ctx, deadlines);
}

/** Most requests are over before anybody asks for their signal, so it is made for those who do. */
class RequestTimeLimit implements TimeLimit {
  #controller: AbortController | undefined;
  #reason: UnavailableError | undefined;

  constructor(
    private readonly ctx: Exchange,
    private readonly deadlines: Deadlines | null,
  ) {}

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
      else this.#watchClient();
    }
    return this.#controller.signal;
  }

  run<T>(work: () => Promise<T>, dropLate?: (value: T) => void): Promise<T> {
    const { deadlines } = this;
    if (deadlines === null) return work();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let isLate = false;
    const deadline = deadlines.set(() => {
      isLate = true;
      reject(this.#end('request_timeout'));
    });
    work().then(
      (value) => {
        deadlines.meet(deadline);
        if (isLate) dropLate?.(value);
        else resolve(value);
      },
      (error: unknown) => {
        deadlines.meet(deadline);
        reject(error);
      },
    );
    return promise;
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
