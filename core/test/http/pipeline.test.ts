import { Readable } from 'node:stream';
import { ConflictError, Type, UnavailableError } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { answer, buildEndpoint, labSession, startLab, type HttpLab } from './http-lab.js';

const Form = Type.Object({ name: Type.String(), tags: Type.Optional(Type.Array(Type.String())) });

const fail = (error: Error) => async () => Promise.reject(error);

describe('the HTTP pipeline', () => {
  let lab: HttpLab;
  let isSetUp = true;
  let isReady = true;
  before(async () => {
    lab = await startLab(
      [
        buildEndpoint(),
        buildEndpoint({ method: 'POST', path: '/api/v1/echo', input: { body: { kind: 'json', schema: Type.Any() } } }),
        buildEndpoint({ path: '/api/v1/mine', access: 'signed-in' }),
        buildEndpoint({ method: 'POST', path: '/api/v1/mine', access: 'signed-in' }),
        buildEndpoint({ path: '/api/v1/things', access: 'core.thing:read' }),
        buildEndpoint({ method: 'DELETE', path: '/api/v1/things', access: 'core.thing:delete' }),
        buildEndpoint({ path: '/api/v1/bug', handle: fail(new Error('secret text')) }),
        buildEndpoint({
          path: '/api/v1/conflict',
          handle: fail(new ConflictError('deal_already_closed', { dealId: 'd1' })),
        }),
        buildEndpoint({ path: '/api/v1/lost', handle: fail(Object.assign(new Error('x'), { code: 'ECONNREFUSED' })) }),
        buildEndpoint({ path: '/api/v1/big', handle: async () => answer({ text: 'trellis '.repeat(1000) }) }),
        buildEndpoint({
          path: '/api/v1/tagged',
          handle: async () => ({ status: 200, headers: { ETag: '"3"' }, body: { a: 1 } }),
        }),
        buildEndpoint({
          path: '/api/v1/stream',
          handle: async () => ({
            status: 200,
            headers: { 'Content-Type': 'text/event-stream' },
            body: Readable.from(['data: 1\n\n']),
          }),
        }),
        buildEndpoint({ path: '/page', surface: 'page', handle: async (request) => page(request.csrfToken()) }),
        buildEndpoint({ path: '/private', surface: 'page', access: 'signed-in', handle: async () => page('') }),
        buildEndpoint({ path: '/broken', surface: 'page', handle: fail(new Error('secret text')) }),
        buildEndpoint({
          method: 'POST',
          path: '/page',
          surface: 'page',
          input: { body: { kind: 'form', schema: Form } },
        }),
        buildEndpoint({
          method: 'POST',
          path: '/upload',
          surface: 'page',
          access: 'signed-in',
          input: { body: { kind: 'stream', types: ['text/csv'] } },
          handle: async ({ bodyStream }) => answer({ size: (await bodyStream?.toArray())?.join('').length ?? 0 }),
        }),
      ],
      {
        isSetUp: () => isSetUp,
        probes: [{ name: 'database', check: () => (isReady ? Promise.resolve() : Promise.reject(new Error('gone'))) }],
      },
    );
  });
  after(() => lab.close());

  const post = (path: string, headers: Record<string, string>, body = 'name=x') =>
    lab.fetch(path, {
      method: 'POST',
      body,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    });

  it('protects every answer with headers and names it by an id', async () => {
    const responses = await Promise.all(
      ['/page', '/api/v1/echo', '/nowhere', '/healthz'].map((path) => lab.fetch(path)),
    );

    for (const { headers } of responses) {
      expect(headers.get('content-security-policy')).to.contain("script-src 'self'").and.not.contain('unsafe');
      expect(headers.get('x-content-type-options')).to.equal('nosniff');
      expect(headers.get('x-request-id')).to.match(/^[\w-]{36}$/);
      expect(headers.get('strict-transport-security')).to.equal(null);
    }
  });

  it('answers JSON that nobody may store', async () => {
    const { headers } = await lab.fetch('/api/v1/echo');

    expect(headers.get('content-type')).to.equal('application/json; charset=utf-8');
    expect(headers.get('cache-control')).to.equal('no-store');
  });

  it('tells caches what pages vary on', async () => {
    const { headers } = await lab.fetch('/page');

    expect(headers.get('vary')?.toLowerCase()).to.contain('hx-request, hx-request-type');
  });

  it('says 404 for what is absent and for a disabled plugin, as a problem below /api and as a page elsewhere', async () => {
    const [absent, disabled, page] = await Promise.all(
      ['/api/v1/none', '/api/v1/gone/x', '/none'].map((path) => lab.fetch(path)),
    );

    expect(await absent?.json()).to.include({ status: 404, code: 'not_found' });
    expect(await disabled?.json()).to.include({ status: 404, code: 'plugin_disabled' });
    expect(page?.headers.get('content-type')).to.equal('text/html; charset=utf-8');
    expect(await page?.text())
      .to.contain('There is nothing here')
      .and.contain('class="centered"');
  });

  it('answers a wrong method with 405, OPTIONS and HEAD from what the path knows', async () => {
    const wrong = await lab.fetch('/api/v1/echo', { method: 'PATCH' });
    const options = await lab.fetch('/api/v1/echo', { method: 'OPTIONS' });
    const head = await lab.fetch('/api/v1/echo', { method: 'HEAD' });

    expect([wrong.status, options.status, head.status]).to.deep.equal([405, 204, 200]);
    expect(wrong.headers.get('allow')).to.equal('GET, POST, HEAD, OPTIONS');
    expect(options.headers.get('allow')).to.equal('GET, POST, HEAD, OPTIONS');
    expect(await head.text()).to.equal('');
  });

  it('keeps the text of a bug to itself', async () => {
    const api = await lab.fetch('/api/v1/bug');
    const page = await lab.fetch('/broken');

    const body = await api.text();
    expect([api.status, page.status]).to.deep.equal([500, 500]);
    expect(body).to.contain('internal_error').and.not.contain('secret');
    expect(await page.text())
      .to.contain(page.headers.get('x-request-id'))
      .and.not.contain('secret');
  });

  it('gives htmx a problem it does not swap in', async () => {
    const response = await lab.fetch('/broken', { headers: { 'HX-Request': 'true', 'HX-Request-Type': 'partial' } });

    expect(response.headers.get('content-type')).to.contain('application/problem+json');
    expect(response.headers.get('hx-reswap')).to.equal('none');
  });

  it('carries code and details of an error with a meaning', async () => {
    const response = await lab.fetch('/api/v1/conflict');

    const expected = { status: 409, code: 'deal_already_closed', details: { dealId: 'd1' } };
    expect(await response.json()).to.deep.include(expected);
  });

  it('answers 503 with Retry-After when the database is gone', async () => {
    const response = await lab.fetch('/api/v1/lost');

    expect(response.status).to.equal(503);
    expect(response.headers.get('retry-after')).to.equal('2');
    expect(await response.json()).to.include({ code: 'database_unavailable' });
  });

  it('is alive without its surroundings and ready only with them', async () => {
    isReady = false;
    const [alive, ready] = await Promise.all([lab.fetch('/healthz'), lab.fetch('/readyz')]);
    isReady = true;
    const again = await lab.fetch('/readyz');

    expect([alive.status, ready.status, again.status]).to.deep.equal([200, 503, 200]);
    expect(await ready.json()).to.deep.equal({ status: 'unavailable', failing: ['database'] });
  });

  it('leads every page to the setup and tells the API why it waits', async () => {
    isSetUp = false;
    const [page, api, health] = await Promise.all(['/page', '/api/v1/echo', '/healthz'].map((path) => lab.fetch(path)));
    isSetUp = true;

    expect([page?.status, page?.headers.get('location')]).to.deep.equal([303, '/setup']);
    expect(await api?.json()).to.include({ status: 503, code: 'setup_required' });
    expect(health?.status).to.equal(200);
  });

  it('serves assets for ever and compressed', async () => {
    const html = await (await lab.fetch('/none')).text();
    const path = /\/assets\/app\.[0-9a-f]+\.css/.exec(html)?.[0] ?? '';

    const response = await lab.fetch(path, { headers: { 'Accept-Encoding': 'br' } });

    expect(response.headers.get('cache-control')).to.contain('immutable');
    expect(response.headers.get('content-encoding')).to.equal('br');
    expect((await lab.fetch('/assets/none.css')).status).to.equal(404);
  });

  it('compresses big answers but no event stream, and spares what the reader has', async () => {
    const [big, stream, tagged] = await Promise.all([
      lab.fetch('/api/v1/big', { headers: { 'Accept-Encoding': 'gzip' } }),
      lab.fetch('/api/v1/stream', { headers: { 'Accept-Encoding': 'gzip' } }),
      lab.fetch('/api/v1/tagged', { headers: { 'If-None-Match': '"3"' } }),
    ]);

    expect(big.headers.get('content-encoding')).to.equal('gzip');
    expect(stream.headers.get('content-encoding')).to.equal(null);
    expect(await stream.text()).to.equal('data: 1\n\n');
    expect(tagged.status).to.equal(304);
  });

  describe('access', () => {
    it('asks strangers to sign in: 401 for the API, the sign-in page for people', async () => {
      const [api, page, htmx] = await Promise.all([
        lab.fetch('/api/v1/mine'),
        lab.fetch('/private?tab=2'),
        lab.fetch('/private', { headers: { 'HX-Request': 'true' } }),
      ]);

      expect([api.status, api.headers.get('www-authenticate')]).to.deep.equal([401, 'Bearer']);
      expect([page.status, page.headers.get('location')]).to.deep.equal([303, '/login?next=%2Fprivate%3Ftab%3D2']);
      expect([htmx.status, htmx.headers.get('hx-redirect')]).to.deep.equal([401, '/login']);
    });

    it('lets through who holds the right and refuses who does not', async () => {
      const headers = { Authorization: 'Bearer trl_all' };
      const read = await lab.fetch('/api/v1/things', { headers });
      const removal = await lab.fetch('/api/v1/things', { method: 'DELETE', headers });

      expect([read.status, removal.status]).to.deep.equal([200, 403]);
      expect(await removal.json()).to.deep.include({
        code: 'permission_missing',
        details: { permission: 'core.thing:delete' },
      });
    });

    it('lets a token with few rights look but not act', async () => {
      const headers = { Authorization: 'Bearer trl_read' };
      const look = await lab.fetch('/api/v1/mine', { headers });
      const act = await lab.fetch('/api/v1/mine', { method: 'POST', headers });

      expect([look.status, act.status]).to.deep.equal([200, 403]);
    });

    it('refuses an authorization it does not understand', async () => {
      const response = await lab.fetch('/api/v1/echo', { headers: { Authorization: 'Basic YTpi' } });

      expect(response.status).to.equal(401);
    });
  });

  describe('forgery', () => {
    const signedIn = { Cookie: labSession.cookie };

    it('takes a form with the token of its session, in the field or in the header', async () => {
      const field = await post('/page', signedIn, `name=x&tags=a&tags=b&_csrf=${labSession.csrf}&_version=4`);
      const header = await post('/page', { ...signedIn, 'X-CSRF-Token': labSession.csrf });

      expect([field.status, header.status]).to.deep.equal([200, 200]);
      expect(await field.json()).to.deep.include({ body: { name: 'x', tags: ['a', 'b'] }, ifVersion: 4 });
    });

    it('refuses a form without a token, with another one, and from another site', async () => {
      const token = `name=x&_csrf=${labSession.csrf}`;
      const answers = await Promise.all([
        post('/page', signedIn),
        post('/page', signedIn, 'name=x&_csrf=guess'),
        post('/page', { ...signedIn, Origin: 'https://evil.example' }, token),
        post('/page', { ...signedIn, Origin: 'null' }, token),
        post('/page', { ...signedIn, 'Sec-Fetch-Site': 'cross-site' }, token),
        post('/page', { ...signedIn, 'Sec-Fetch-Site': 'same-site' }, token),
      ]);

      expect(answers.map(({ status }) => status)).to.deep.equal([403, 403, 403, 403, 403, 403]);
    });

    it('binds the forms of strangers to a cookie of their browser', async () => {
      const shown = await lab.fetch('/page');
      const cookie = shown.headers.getSetCookie()[0] ?? '';
      const token = await shown.text();

      const own = await post('/page', { Cookie: cookie.split(';')[0] ?? '' }, `name=x&_csrf=${token}`);
      const planted = await post('/page', {}, `name=x&_csrf=${token}`);

      expect(cookie).to.match(/^trellis_guest=.+; path=\/; samesite=lax; httponly$/i);
      expect([own.status, planted.status]).to.deep.equal([200, 403]);
    });

    it('asks API calls with a session for the header, those with a token or without anything for none', async () => {
      const init = { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' } };
      const call = (headers: Record<string, string>) =>
        lab.fetch('/api/v1/echo', { ...init, headers: { ...init.headers, ...headers } });

      const answers = await Promise.all([
        call(signedIn),
        call({ ...signedIn, 'X-CSRF-Token': labSession.csrf }),
        call({ Authorization: 'Bearer trl_all' }),
        call({}),
        call({ 'Sec-Fetch-Site': 'cross-site' }),
      ]);

      expect(answers.map(({ status }) => status)).to.deep.equal([403, 200, 200, 200, 403]);
    });

    it('takes an upload of a form without scripts from the same site only', async () => {
      const upload = (headers: Record<string, string>) =>
        post('/upload', { ...signedIn, 'Content-Type': 'text/csv', ...headers }, 'a,b');

      const answers = await Promise.all([
        upload({ 'Sec-Fetch-Site': 'same-origin' }),
        upload({}),
        upload({ Origin: lab.base }),
      ]);

      expect(answers.map(({ status }) => status)).to.deep.equal([200, 403, 200]);
    });
  });

  describe('behind proxies under https', () => {
    let proxied: HttpLab;
    before(async () => {
      const endpoints = [
        buildEndpoint(),
        buildEndpoint({ path: '/page', surface: 'page', handle: async (request) => page(request.csrfToken()) }),
      ];
      proxied = await startLab(endpoints, { trustProxy: 1, publicUrl: 'https://crm.example' });
    });
    after(() => proxied.close());

    it('believes only the address that its own proxy appended', async () => {
      const headers = { 'X-Forwarded-For': '6.6.6.6, 203.0.113.9' };
      const trusting = await proxied.fetch('/api/v1/echo', { headers });
      const direct = await lab.fetch('/api/v1/echo', { headers });

      expect(await trusting.json()).to.include({ ip: '203.0.113.9' });
      expect(await direct.json()).to.include({ ip: '127.0.0.1' });
    });

    it('marks its cookies secure, binds them to the host and asks for https from now on', async () => {
      const { headers } = await proxied.fetch('/page');

      expect(headers.getSetCookie()[0]).to.match(/^__Host-trellis_guest=.+; secure; httponly$/i);
      expect(headers.get('strict-transport-security')).to.contain('max-age=');
    });
  });

  it('stops what an unavailable service asks to come back later with its own seconds', async () => {
    const busy = await startLab([
      buildEndpoint({ handle: fail(new UnavailableError('busy', { retryAfterSeconds: 7 })) }),
    ]);
    const response = await busy.fetch('/api/v1/echo');
    await busy.close();

    expect([response.status, response.headers.get('retry-after')]).to.deep.equal([503, '7']);
  });
});

function page(text: string) {
  return { status: 200, body: text };
}
