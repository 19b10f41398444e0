import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Type } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { buildEndpoint, startLab, type HttpLab } from './http-lab.js';

/** Request lines and headers that no browser sends. */
const hostile: readonly string[] = [
  'GET http://[bad/api/v1/echo HTTP/1.1\r\nHost: x',
  'GET http://evil.example/api/v1/echo HTTP/1.1\r\nHost: x',
  'GET //evil.example/api/v1/echo HTTP/1.1\r\nHost: x',
  'GET //[bad/api/v1/echo#x HTTP/1.1\r\nHost: x',
  'GET /\u00a0//[bad HTTP/1.1\r\nHost: x',
  'GET evil HTTP/1.1\r\nHost: x',
  'GET /api/v1/echo?a[]=1&a[b]=2&%5B=3 HTTP/1.1\r\nHost: x',
  'GET /api/v1/../v1/echo HTTP/1.1\r\nHost: x',
  'GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x',
  'GET /api/v1/echo%00 HTTP/1.1\r\nHost: x',
  'GET /assets/../../package.json HTTP/1.1\r\nHost: x',
  'GET /api/v1/echo HTTP/1.1\r\nHost: a b',
  'GET /api/v1/echo HTTP/1.1\r\nHost: x\r\nCookie: ;;;=;trellis_session=;trellis_session=%ff',
  'GET /api/v1/echo HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer',
  `GET /api/v1/echo HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${'x'.repeat(5000)}`,
  `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x`,
  'GET /api/v1/echo HTTP/1.1\r\nHost: x\r\nIf-Match: "99999999999999999999"',
  'GET /api/v1/echo HTTP/1.1\r\nHost: x\r\nAccept-Encoding: *;q=0, ,,;;',
  'PROPFIND /api/v1/echo HTTP/1.1\r\nHost: x',
  'OPTIONS * HTTP/1.1\r\nHost: x',
  'POST /api/v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json; charset="\r\nContent-Length: 2\r\n\r\n{}',
  'POST /api/v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: ;;;\r\nContent-Length: 2\r\n\r\n{}',
  'POST /api/v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n{}',
  'POST /api/v1/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n',
  'POST /api/v1/echo HTTP/1.1\r\nHost: x\r\nOrigin: ://\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
];

describe('hostile requests', () => {
  let lab: HttpLab;
  before(async () => {
    lab = await startLab([
      buildEndpoint({ input: { query: 'any' } }),
      buildEndpoint({ method: 'POST', path: '/api/v1/echo', input: { body: { kind: 'json', schema: Type.Any() } } }),
    ]);
  });
  after(() => lab.close());

  for (const head of hostile) {
    it(`answers ${JSON.stringify(head.slice(0, 70))} without a fault of its own`, async () => {
      const answer = await send(lab.base, head);

      expect(answer).to.match(/^(HTTP\/1\.1 [234]\d\d |$)/);
      expect((await lab.fetch('/healthz')).status).to.equal(200);
    });
  }
});

/** What the server says to raw bytes until it closes; a body of our own may follow the head. */
async function send(base: string, head: string): Promise<string> {
  const socket = connect(Number(new URL(base).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.setTimeout(300, () => socket.end());
  const [start = '', ...body] = head.split('\r\n\r\n');
  socket.write(`${start}\r\nConnection: close\r\n\r\n${body.join('\r\n\r\n')}`);
  return text(socket);
}
