import { validateHeaderName, validateHeaderValue, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import Cookies from 'cookies';
import { isLong, lendBytes } from './lent-bytes.js';
import type { Exchange, RequestState } from './request-state.js';

/**
 * An exchange without Koa: the answer is written with all its headers at once, none of which is looked at twice.
 */
export class PlainExchange implements Exchange {
  readonly state = {} as RequestState;
  readonly method: string;
  readonly url: string;
  readonly path: string;
  readonly search: string;
  status = 404;
  body: unknown = null;
  #cookies: Cookies | undefined;
  /** By name in lower case. */
  readonly #headers = new Map<string, readonly [name: string, value: string]>();

  constructor(
    readonly req: IncomingMessage,
    readonly res: ServerResponse,
  ) {
    this.method = req.method ?? 'GET';
    this.url = req.url ?? '/';
    const query = this.url.indexOf('?');
    this.path = query < 0 ? this.url : this.url.slice(0, query);
    this.search = query < 0 || query === this.url.length - 1 ? '' : this.url.slice(query);
  }

  get querystring(): string {
    return this.search.slice(1);
  }

  get cookies(): Cookies {
    return (this.#cookies ??= new Cookies(this.req, this.res));
  }

  get(name: string): string {
    const value = this.req.headers[name.toLowerCase()];
    return typeof value === 'string' ? value : '';
  }

  set(headers: string | Readonly<Record<string, string>>, value = ''): void {
    if (typeof headers === 'string') this.#setOne(headers, value);
    else for (const name in headers) this.#headers.set(name.toLowerCase(), [name, headers[name] ?? '']);
  }

  remove(name: string): void {
    this.#headers.delete(name.toLowerCase());
    // Where cookies are written.
    this.res.removeHeader(name);
  }

  vary(names: string): void {
    const [, before] = this.#headers.get('vary') ?? [];
    this.set('Vary', before === undefined ? names : `${before}, ${names}`);
  }

  /** Here rather than when the answer is sent, where no other could be given any more. */
  #setOne(name: string, value: string): void {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    this.#headers.set(name.toLowerCase(), [name, value]);
  }

  /** Whether the answer is long enough, and its reader willing; the compressor looks at the rest. */
  mayBeCompressed(): boolean {
    const { body, req } = this;
    if (req.headers['accept-encoding'] === undefined || this.#headers.has('content-encoding')) return false;
    if (typeof body === 'string' || Buffer.isBuffer(body)) return body.length >= leastCompressed;
    return body instanceof Readable;
  }

  /** Makes another exchange of the same request answer the same. */
  copyTo(other: Exchange): void {
    for (const [name, value] of this.#headers.values()) other.set(name, value);
    other.status = this.status;
    other.body = this.body;
  }

  /** Sends the answer, unless nobody is there to read it. @param onError is told when a stream breaks */
  send(onError: (error: Error) => void): void {
    const { res, body } = this;
    if (res.writableEnded || res.socket?.writable === false) {
      if (body instanceof Readable) body.destroy();
      res.end();
    } else if (body instanceof Readable) this.#sendStream(body, onError);
    else this.#sendWhole(textOf(body));
  }

  #sendWhole(body: string | Buffer): void {
    if (emptyStatuses.has(this.status)) for (const name of bodyHeaders) this.#headers.delete(name);
    else {
      if (!this.#headers.has('content-type')) this.set('Content-Type', 'text/plain; charset=utf-8');
      this.set('Content-Length', String(Buffer.byteLength(body)));
    }
    this.#writeHead();
    if (this.method === 'HEAD' || emptyStatuses.has(this.status)) this.res.end();
    else this.res.end(typeof body === 'string' && isLong(body) ? lendBytes(body, this.res) : body);
  }

  #sendStream(body: Readable, onError: (error: Error) => void): void {
    this.#writeHead();
    if (this.method === 'HEAD') {
      body.destroy();
      this.res.end();
    } else
      pipeline(body, this.res, (error) => {
        if (error) onError(error);
      });
  }

  #writeHead(): void {
    const headers: string[] = [];
    for (const [name, value] of this.#headers.values()) headers.push(name, value);
    this.res.writeHead(this.status, headers);
  }
}

/** Characters: the compressor's own limit, in bytes, is the same. */
const leastCompressed = 1024;

const emptyStatuses: ReadonlySet<number> = new Set([204, 205, 304]);
const bodyHeaders = ['content-type', 'content-length', 'transfer-encoding'];

function textOf(body: unknown): string | Buffer {
  if (typeof body === 'string' || Buffer.isBuffer(body)) return body;
  return body === null || body === undefined ? '' : JSON.stringify(body);
}
