import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { UnavailableError } from '@trellis-crm/sdk';
import Koa from 'koa';
import type { BaseLogger } from 'pino';
import { hasBody, type Admission } from './overload.js';
import { PlainExchange } from './plain-exchange.js';
import { presentProblem, problemType } from './problem.js';
import type { Exchange, RequestState } from './request-state.js';

/** What an application is made of. */
export interface ApplicationParts {
  readonly admission: Admission;
  readonly log: BaseLogger;
  /** The pipeline: fills the exchange with its answer. */
  serve(ctx: Exchange): Promise<void>;
  /** Compresses what the steps after it answer. */
  readonly compress: Koa.Middleware<RequestState>;
}

/**
 * Koa behind a door: with too much to do a request is refused before anything is made for it, which has to cost next to nothing.
 * Requests go past Koa into the pipeline, and come back only with an answer that is to be compressed (ADR 24).
 */
export class Application extends Koa<RequestState> {
  readonly #admission: Admission;
  readonly #log: BaseLogger;
  readonly #serve: ApplicationParts['serve'];
  /** What Koa is left to send. */
  readonly #answered = new WeakMap<IncomingMessage, PlainExchange>();
  #refusedBefore = 0;
  #saidAt = -Infinity;

  constructor({ admission, log, serve, compress }: ApplicationParts) {
    super();
    this.#admission = admission;
    this.#log = log;
    this.#serve = serve;
    this.on('error', (error: unknown) => log.debug({ err: error }, 'answer could not be sent'));
    this.use(compress);
    this.use(async (ctx) => {
      const answered = this.#answered.get(ctx.req);
      if (answered === undefined) await serve(ctx);
      else answered.copyTo(ctx);
    });
  }

  override callback(): ReturnType<Koa['callback']> {
    const viaKoa = super.callback();
    const handle = (request: IncomingMessage, response: ServerResponse): Promise<void> =>
      isPlain(request) ? this.#answer(request, response, viaKoa) : viaKoa(request, response);
    return async (...given) => {
      // Koa's types allow for HTTP 2, which this server does not speak.
      const [request, response] = given as [IncomingMessage, ServerResponse];
      if (!isWork(request.url ?? '/')) await handle(request, response);
      else if (this.#admission.isOverloaded()) this.#refuse(request, response);
      // Whoever sends a body is counted once it is there.
      else if (hasBody(request.headers)) await handle(request, response);
      else await this.#admission.work(() => handle(request, response));
    };
  }

  /** Never rejects, as Koa does not. */
  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    viaKoa: ReturnType<Koa['callback']>,
  ): Promise<void> {
    const exchange = new PlainExchange(request, response);
    try {
      await this.#serve(exchange);
      if (!exchange.mayBeCompressed()) exchange.send((error) => this.emit('error', error));
      else {
        this.#answered.set(request, exchange);
        await viaKoa(request, response);
      }
    } catch (error) {
      this.emit('error', error);
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { 'Content-Type': 'text/plain; charset=utf-8' }).end('Internal Server Error');
    }
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

/** What stands behind a number sign is no part of a path; Koa's parser knows. */
function isPlain({ url = '/' }: IncomingMessage): boolean {
  return !url.includes('#');
}

/** Health checks and files from memory are answered always. */
function isWork(url: string): boolean {
  return !url.startsWith('/healthz') && !url.startsWith('/readyz') && !url.startsWith('/assets/');
}
