import { expect } from 'chai';
import { isFullRun } from '../support/scale.js';
import type { Actor } from './support/actors.js';
import type { Answer, Sent } from './support/http.js';
import { Records } from './support/records.js';
import { requestOf } from './support/requests.js';
import { isNoise } from './support/row-changes.js';
import { createLabWorld, type World } from './support/world.js';
import { routes } from './policy.js';

describe('what other sites make a browser do', function () {
  this.timeout(120_000);
  let world: World;
  let records: Records;

  before(async () => {
    world = await createLabWorld();
    records = new Records(world);
  });
  after(() => world.close());

  /** Every write as the administrator's browser would send it. */
  async function writes(): Promise<readonly (readonly [string, Sent])[]> {
    const admin = world.actor('admin');
    const browser: Actor = { ...admin, api: { ...admin.page, 'X-CSRF-Token': admin.csrf } };
    const inputs = await records.inputs();
    const changing = [...world.inventory].filter(
      ([key, { method, access }]) => method !== 'GET' && (access !== 'public' || key === 'POST /logout'),
    );
    return changing.map(([key, endpoint]) => {
      const row = routes[key];
      const entity = row !== undefined && 'entity' in row ? row.entity : null;
      return [key, requestOf({ key, endpoint, actor: browser, target: null, entity, inputs })] as const;
    });
  }

  async function refused(request: Sent): Promise<Answer> {
    await world.changes.take();
    const answer = await world.client.send(request);
    const effects = (await world.changes.take()).filter((change) => !isNoise(change));
    expect(effects, `${request.method} ${request.path}`).to.deep.equal([]);
    return answer;
  }

  const strangers: readonly Readonly<Record<string, string>>[] = [
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
  ];

  it('is refused for every write, wherever the request says it comes from, and changes nothing', async () => {
    for (const [index, [key, request]] of (await writes()).entries()) {
      const tried = isFullRun ? strangers : strangers.slice(index % 4, (index % 4) + 1);
      for (const from of tried) {
        const { 'Sec-Fetch-Site': _site, ...headers } = request.headers ?? {};
        const { status } = await refused({ ...request, headers: { ...headers, ...from } });
        expect(status, `${key} from ${JSON.stringify(from)}`).to.equal(403);
      }
    }
  });

  it('is refused without the token that belongs to the session', async () => {
    for (const [key, request] of await writes()) {
      // A file's token is inside the stream; there the browser's word counts.
      if (world.inventory.get(key)?.input?.body?.kind === 'stream') continue;
      const { 'X-CSRF-Token': _token, ...headers } = request.headers ?? {};
      const body =
        typeof request.body === 'string' ? { body: request.body.replace(/_csrf=[^&]*/, '_csrf=guessed') } : {};
      const { status } = await refused({ ...request, ...body, headers });
      expect(status, key).to.equal(403);
    }
  });

  it('is refused when it is asked for by a link: no address that changes something answers to GET', async () => {
    const admin = world.actor('admin');
    for (const [key, { method, surface, path }] of world.inventory) {
      if (method === 'GET' || world.inventory.has(`GET ${path}`)) continue;
      const address = path.replaceAll(/:\w+/g, () => crypto.randomUUID());
      const headers = surface === 'page' ? admin.page : admin.api;
      const { status } = await refused({ method: 'GET', path: address, headers });
      expect([404, 405], `${key} by GET`).to.include(status);
    }
  });

  it('gets no link to elsewhere, whatever Host the request names', async () => {
    const hostile = [
      'evil.example',
      'evil.example:80',
      '127.0.0.1.evil.example',
      '[::1]',
      'localhost@evil.example',
      'a"b',
      "x'y",
      'evil.example/path',
      '.',
      'evil.example#',
      'EVIL.example',
    ];
    const admin = world.actor('admin');
    const user = await records.create('core.user', {});
    for (const host of hostile) {
      for (const forwarded of [
        {},
        { 'X-Forwarded-Host': host, 'X-Forwarded-Proto': 'https' },
        { Forwarded: `host=${host}` },
      ]) {
        const headers = {
          ...admin.api,
          ...('X-Forwarded-Host' in forwarded || 'Forwarded' in forwarded ? {} : { Host: host }),
          ...forwarded,
        };
        const { status, text } = await world.client.send({
          method: 'POST',
          path: `/api/v1/users/${user}/password-reset`,
          headers,
        });
        expect(status, `${host} ${text}`).to.be.oneOf([201, 400]);
        expect(text.toLowerCase(), host).to.not.contain('evil.example').and.not.contain("x'y");
        const page = await world.client.send({ method: 'GET', path: '/login', headers });
        expect(page.text.toLowerCase(), host).to.not.contain('evil.example');
      }
    }
  });

  it('leads back to this site only, whatever the way back says', async () => {
    const ways = [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      'javascript:alert(1)',
      '/%0d%0aSet-Cookie:x=1',
      '/..//evil.example',
      '\t//evil.example',
      '/%5cevil.example',
      'evil.example',
      '@evil.example',
      '///evil.example',
      '/login?next=//evil.example',
    ];
    for (const way of ways) {
      const { headers, text } = await world.client.send({
        method: 'GET',
        path: `/login?next=${encodeURIComponent(way)}`,
        headers: world.actor('user').page,
      });
      expect(headers.location ?? '/', way).to.match(/^\/(?![/\\])/);
      expect(headers['set-cookie']?.join() ?? '', way).to.not.contain('x=1');
      expect(text, way).to.not.match(/href="(\/\/|https:\/\/)evil/);
    }
  });
});
