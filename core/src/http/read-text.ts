import { MalformedError, MediaTypeError, TooLargeError } from '@trellis-crm/sdk';
import type { IncomingMessage } from 'node:http';

/** Reads a body of at most `maxBytes` as UTF-8. @throws TooLargeError, MediaTypeError for a compressed one, MalformedError */
export async function readText(request: IncomingMessage, maxBytes: number): Promise<string> {
  refuseEncoded(request);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const body = await readBytes(request, maxBytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (cause) {
    throw new MalformedError('body_not_utf8', {}, { cause });
  }
}

/** @throws MediaTypeError when the body is compressed or in another character set than UTF-8 */
export function refuseEncoded(request: IncomingMessage): void {
  const { 'content-encoding': encoding = 'identity', 'content-type': type = '' } = request.headers;
  if (encoding !== 'identity') throw new MediaTypeError('content_encoding_not_supported', { allowed: ['identity'] });
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(type)?.[1] ?? 'utf-8';
  if (!/^utf-?8$/i.test(charset)) throw new MediaTypeError('charset_not_supported', { allowed: ['utf-8'] });
}

const bodyTimeoutMs = 15_000;

/**
 * Collects the body by its events: leaving a `for await` early would destroy the socket, and with it the answer. What is
 * over the limit is read and thrown away, so the client gets to read why.
 */
function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (error?: Error): void => {
      clearTimeout(timer);
      request.off('data', take).off('close', breakOff).off('error', breakOff);
      request.resume();
      if (error === undefined) resolve(Buffer.concat(chunks));
      else reject(error);
    };
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > maxBytes) settle(tooLarge(maxBytes));
      else chunks.push(chunk);
    };
    const breakOff = (): void => settle(new MalformedError('body_incomplete'));
    const timer = setTimeout(breakOff, bodyTimeoutMs);
    request
      .on('data', take)
      .once('end', () => settle())
      .on('close', breakOff)
      .on('error', breakOff);
  });
}

function tooLarge(maxBytes: number): TooLargeError {
  return new TooLargeError('body_too_large', { maxBytes });
}
