import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { ConflictError } from '@trellis-crm/sdk';
import { expect } from 'chai';
import type { Endpoint, EndpointResponse } from '../../dist/http/endpoint.js';
import { createAssetRegistry } from '../../dist/views/index.js';
import { answer, buildEndpoint, startLab, type HttpLab } from './http-lab.js';

const words = 'Grüße aus Köln '.repeat(200);

/** Requests whose answers must not depend on who sends them. */
const cases: readonly (readonly [what: string, path: string, init?: Init])[] = [
  ['a short answer', '/api/v1/echo?name=J%C3%BCrgen+K'],
  ['a long one', '/api/v1/long'],
  ['a long one without its body', '/api/v1/long', { method: 'HEAD' }],
  ['bytes', '/api/v1/bytes'],
  ['an answer without content', '/api/v1/empty', { method: 'DELETE' }],
  ['an answer without a body', '/api/v1/nothing'],
  ['a stream', '/api/v1/stream'],
  ['a stream without its body', '/api/v1/stream', { method: 'HEAD' }],
  ['a version that the reader has', '/api/v1/tagged', { headers: { 'If-None-Match': '"3"' } }],
  ['the methods of a path', '/api/v1/echo', { method: 'OPTIONS' }],
  ['a refusal', '/api/v1/conflict'],
  ['a header that cannot be sent', '/api/v1/broken-header'],
  ['an answer that cannot be written', '/api/v1/circle'],
  ['what is not there', '/api/v1/nowhere'],
  ['a method that is not known', '/api/v1/echo', { method: 'PUT' }],
  ['a cookie', '/api/v1/cookie'],
  ['a page', '/page'],
  ['a page without its body', '/page', { method: 'HEAD' }],
  ['a page that sets a cookie and leads elsewhere', '/elsewhere'],
  ['a page that is not there', '/nowhere', { headers: { Accept: 'text/html' } }],
  ['a page for those who are signed in', '/mine'],
  ['a file', createAssetRegistry().url('app.css')],
  ['the health of the process', '/readyz'],
];

describe('An answer', () => {
  let lab: HttpLab;
  before(async () => {
    lab = await startLab([
      buildEndpoint(),
      buildEndpoint({ path: '/api/v1/long', handle: async () => answer({ words }) }),
      buildEndpoint({ path: '/api/v1/bytes', handle: async () => ({ status: 200, body: Buffer.from(words) }) }),
      buildEndpoint({ method: 'DELETE', path: '/api/v1/empty', handle: async () => ({ status: 204, body: null }) }),
      buildEndpoint({ path: '/api/v1/nothing', handle: async () => ({ status: 202, body: null }) }),
      buildEndpoint({ path: '/api/v1/stream', handle: async () => ({ status: 200, body: Readable.from([words]) }) }),
      buildEndpoint({
        path: '/api/v1/tagged',
        handle: async () => ({ status: 200, headers: { ETag: '"3"' }, body: { a: 1 } }),
      }),
      buildEndpoint({ path: '/api/v1/conflict', handle: () => Promise.reject(new ConflictError('taken')) }),
      buildEndpoint({
        path: '/api/v1/broken-header',
        handle: async () => ({ status: 200, headers: { 'X-Name': 'a\nb' }, body: {} }),
      }),
      buildEndpoint({ path: '/api/v1/circle', handle: async () => answer(circle()) }),
      buildEndpoint({
        path: '/api/v1/cookie',
        handle: async () => ({ status: 200, body: {}, cookies: [{ name: 'a', value: 'b' }] }),
      }),
      buildPage('/page', { status: 200, body: `<p>${words}</p>` }),
      buildPage('/elsewhere', {
        status: 303,
        headers: { Location: '/page' },
        body: null,
        cookies: [{ name: 'flash', value: 'b' }],
      }),
      { ...buildPage('/mine', { status: 200, body: 'mine' }), access: 'signed-in' },
      buildEndpoint({
        path: '/api/v1/torn',
        handle: async () => ({ status: 200, body: Readable.from(tear()) }),
      }),
    ]);
  });
  after(() => lab.close());

  for (const [what, path, init = {}] of cases) {
    it(`is the same with and without an offer to take it compressed: ${what}`, async () => {
      const plain = await ask(lab.base + path, init);
      const offered = await ask(lab.base + path, withHeader(init, 'Accept-Encoding', 'identity'));

      expect(plain).to.deep.equal(offered);
      expect(plain.status).to.be.greaterThan(199);
    });
  }

  it('is compressed for those who take it, if it is long', async () => {
    const [long, short] = await Promise.all(
      ['/api/v1/long', '/api/v1/echo'].map((path) => lab.fetch(path, { headers: { 'Accept-Encoding': 'gzip' } })),
    );

    expect(long?.headers.get('Content-Encoding')).to.equal('gzip');
    expect(await long?.json()).to.deep.equal({ words });
    expect(short?.headers.get('Content-Encoding')).to.equal(null);
  });

  it('carries the protective headers and its length', async () => {
    const { status, headers } = await ask(`${lab.base}/api/v1/echo`, {});

    expect(status).to.equal(200);
    expect(headers).to.include({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    expect(headers).to.include({ vary: 'Accept-Encoding', 'content-type': 'application/json; charset=utf-8' });
    expect(Number(headers['content-length'])).to.be.greaterThan(0);
  });

  it('breaks off where its stream does, and the server goes on', async () => {
    const broken = await ask(`${lab.base}/api/v1/torn`, {}).catch((error: unknown) => error);

    expect(broken).to.include({ code: 'ECONNRESET' });
    expect((await ask(`${lab.base}/api/v1/echo`, {})).status).to.equal(200);
  });
});

function buildPage(path: string, response: EndpointResponse): Endpoint {
  return buildEndpoint({ path, surface: 'page', handle: async () => response });
}

interface Init {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** `fetch` always offers to take answers compressed. What differs from request to request is left out. */
async function ask(url: string, { method = 'GET', headers = {} }: Init): Promise<Answer> {
  const asked = request(url, { method, headers, agent: false }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const body = await text(response);
  const requestId = response.headers['x-request-id'];
  const { date: _date, 'x-request-id': _id, ...others } = response.headers;
  return { status: response.statusCode, headers: others, body: body.replaceAll(String(requestId), 'id') };
}

function withHeader(init: Init, name: string, value: string): Init {
  return { ...init, headers: { ...init.headers, [name]: value } };
}

function circle(): object {
  const self: Record<string, unknown> = {};
  self['self'] = self;
  return self;
}

function* tear(): Generator<string> {
  yield 'a';
  throw new Error('torn');
}
