import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { UnavailableError } from '@trellis-crm/sdk';
import Koa from 'koa';
import type { BaseLogger } from 'pino';
import { hasBody, type Admission } from './overload.js';
import { presentProblem, problemType } from './problem.js';
import type { RequestState } from './request-state.js';

/** Koa behind a door: with too much to do a request is refused before anything is made for it, which has to cost next to nothing. */
export class Application extends Koa<RequestState> {
  readonly #admission: Admission;
  readonly #log: BaseLogger;
  #refusedBefore = 0;
  #saidAt = -Infinity;

  constructor(admission: Admission, log: BaseLogger) {
    super();
    this.#admission = admission;
    this.#log = log;
  }

  override callback(): ReturnType<Koa['callback']> {
    const handle = super.callback();
    // Its types allow for HTTP 2, which this server does not speak.
    return async (request, response) => {
      if (!isWork(request.url ?? '/')) await handle(request, response);
      else if (this.#admission.isOverloaded()) this.#refuse(request as IncomingMessage, response as ServerResponse);
      // Whoever sends a body is counted once it is there.
      else if (hasBody(request.headers)) await handle(request, response);
      else await this.#admission.work(() => handle(request, response));
    };
  }

  #refuse(request: IncomingMessage, response: ServerResponse): void {
    this.#admission.countRefusal();
    this.#say();
    const requestId = randomUUID();
    const isPage =
      request.headers['hx-request'] === undefined && request.headers.accept?.includes('text/html') === true;
    // A body that nobody read would be taken for the next request, or would have to be read to its end.
    response.writeHead(503, {
      'Content-Type': isPage ? 'text/plain; charset=utf-8' : problemType,
      'Retry-After': '2',
      'Cache-Control': 'no-store',
      'X-Request-Id': requestId,
      'X-Content-Type-Options': 'nosniff',
      ...(hasBody(request.headers) ? { Connection: 'close' } : {}),
    });
    response.end(isPage ? pageText : JSON.stringify(presentProblem(overloaded, requestId)));
  }

  /** One line a second, however many are refused: writing more would be work too. */
  #say(): void {
    const now = performance.now();
    if (now - this.#saidAt < 1000) return;
    const { refused, underWay } = this.#admission;
    this.#log.warn({ refused: refused - this.#refusedBefore, underWay, code: overloaded.code }, 'requests refused');
    this.#refusedBefore = refused;
    this.#saidAt = now;
  }
}

const overloaded = new UnavailableError('overloaded', { retryAfterSeconds: 2 });
const pageText = 'Trellis CRM has too much to do at this moment. Please try again in a few seconds.\n';

/** Health checks and files from memory are answered always. */
function isWork(url: string): boolean {
  return !url.startsWith('/healthz') && !url.startsWith('/readyz') && !url.startsWith('/assets/');
}
