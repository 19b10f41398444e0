import { Agent, request as open, type IncomingHttpHeaders } from 'node:http';
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';

/** One request as it goes over the wire; nothing is added but what HTTP itself needs. */
export interface Sent {
  readonly method: string;
  /** Path and query, encoded. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** An answer as it came. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Milliseconds until it was complete. */
  readonly ms: number;
}

/** A client with a pool of kept connections. */
export interface Client {
  send(request: Sent): Promise<Answer>;
  close(): void;
}

/** Answers that never end, as event streams do, are taken as far as their head. */
const endless = /^text\/event-stream/;

/** Opens a client of a server. A request without a whole answer in `patienceMs` rejects. */
export function openClient(url: string, patienceMs = 20_000): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const { hostname, port } = new URL(url);
  const send = ({ method, path, headers = {}, body }: Sent): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const begin = performance.now();
      const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
      const outgoing = open({
        agent,
        hostname,
        port,
        method,
        path,
        headers: { ...length, ...headers },
        timeout: patienceMs,
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${patienceMs} ms`)));
      outgoing.on('error', reject);
      outgoing.on('response', (incoming) => {
        const finish = (text: string): void =>
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, ms: performance.now() - begin });
        if (endless.test(incoming.headers['content-type'] ?? '')) {
          outgoing.destroy();
          finish('');
          return;
        }
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () => finish(decoded(Buffer.concat(chunks), incoming.headers['content-encoding'])));
        incoming.on('error', reject);
      });
      outgoing.end(body);
    });
  return { send, close: () => agent.destroy() };
}

const decoders: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  gzip: gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
};

function decoded(body: Buffer, encoding = ''): string {
  return (decoders[encoding]?.(body) ?? body).toString('utf8');
}
