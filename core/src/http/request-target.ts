import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Brings the target into the form `/path?query`. A client may name a host before it, which is not believed; what is no
 * address would throw wherever somebody asks for the path, outside the pipeline too.
 * @returns whether it is an address
 */
export function readTarget(request: IncomingMessage): boolean {
  const target = request.url ?? '';
  if (target.startsWith('/')) return true;
  const url = /^https?:\/\//i.test(target) ? URL.parse(target) : null;
  if (url !== null) request.url = `${url.pathname}${url.search}`;
  return url !== null;
}

/** Answers a request whose target is no address. */
export function refuseTarget(response: ServerResponse): void {
  response.writeHead(400, { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' });
  response.end('The target of the request is no path.');
}
