import { expect } from 'chai';
import { createTestHost, type CoreTestHost } from '@trellis-crm/core/testing';
import { openClient, type Answer, type Client } from './support/http.js';

const password = 'a rather long sentence';
const json = { 'Content-Type': 'application/json' };

describe('the life of a sign-in', function () {
  this.timeout(60_000);
  let host: CoreTestHost;
  let client: Client;

  before(async () => {
    host = await createTestHost();
    client = openClient(host.url);
  });
  after(async () => {
    client.close();
    await host.close();
  });

  const admin = () => host.as(host.admin);

  /** Somebody with a password, who came in by an invitation. */
  async function person(name: string): Promise<{ readonly id: string; readonly email: string }> {
    const email = `${name}@example.test`;
    const id = String((await admin().post('/api/v1/users', { name, email })).body['id']);
    await choose(await linkOf(id, 'invitation'), password);
    return { id, email };
  }

  async function linkOf(id: string, kind: 'invitation' | 'password-reset'): Promise<string> {
    const { body } = await admin().post(`/api/v1/users/${id}/${kind}`);
    return new URL(String(body['url'])).pathname;
  }

  async function choose(path: string, chosen: string): Promise<Answer> {
    const shown = await client.send({ method: 'GET', path });
    if (shown.status !== 200) return shown;
    const csrf = /name="_csrf" value="([^"]+)"/.exec(shown.text)?.[1] ?? '';
    const headers = { Cookie: cookieOf(shown), 'Content-Type': 'application/x-www-form-urlencoded' };
    return client.send({
      method: 'POST',
      path,
      headers,
      body: new URLSearchParams({ _csrf: csrf, password: chosen }).toString(),
    });
  }

  const cookieOf = ({ headers }: Answer): string => headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  const signIn = (email: string, chosen = password, headers = {}): Promise<Answer> =>
    client.send({
      method: 'POST',
      path: '/api/v1/session',
      headers: { ...json, ...headers },
      body: JSON.stringify({ email, password: chosen }),
    });
  const whoIs = async (headers: Readonly<Record<string, string>>): Promise<number> =>
    (await client.send({ method: 'GET', path: '/api/v1/me', headers })).status;

  /** A session and a token of somebody. */
  async function access(email: string): Promise<readonly Readonly<Record<string, string>>[]> {
    const signedIn = await signIn(email);
    const { csrfToken } = JSON.parse(signedIn.text) as { csrfToken: string };
    const session = { Cookie: cookieOf(signedIn) };
    const made = await client.send({
      method: 'POST',
      path: '/api/v1/me/tokens',
      headers: { ...json, ...session, 'X-CSRF-Token': csrfToken },
      body: JSON.stringify({ name: 'x' }),
    });
    return [session, { Authorization: `Bearer ${(JSON.parse(made.text) as { token: string }).token}` }];
  }

  it('gives a session that nobody knew before: one that was planted means nothing', async () => {
    const { email } = await person('fixed');
    const planted = { Cookie: 'trellis_session=chosen-by-somebody-else' };

    const signedIn = await signIn(email, password, planted);

    expect(signedIn.status).to.equal(201);
    expect(cookieOf(signedIn)).to.not.contain('chosen-by-somebody-else');
    expect(await whoIs(planted)).to.equal(401);
  });

  it('ends the session one came with, and its cookie with it', async () => {
    const { email } = await person('twice');
    const before = await signIn(email);
    const first = { Cookie: cookieOf(before) };
    const { csrfToken } = JSON.parse(before.text) as { csrfToken: string };
    const second = { Cookie: cookieOf(await signIn(email, password, { ...first, 'X-CSRF-Token': csrfToken })) };

    expect([await whoIs(first), await whoIs(second)]).to.deep.equal([401, 200]);
  });

  it('ends with signing out, on the server too', async () => {
    const { email } = await person('leaving');
    const signedIn = await signIn(email);
    const session = { Cookie: cookieOf(signedIn) };
    const { csrfToken } = JSON.parse(signedIn.text) as { csrfToken: string };

    const left = await client.send({
      method: 'DELETE',
      path: '/api/v1/session',
      headers: { ...session, 'X-CSRF-Token': csrfToken },
    });

    expect([left.status, await whoIs(session)]).to.deep.equal([204, 401]);
  });

  it('ends with deactivation, on the next request, and stays ended', async () => {
    const { id, email } = await person('dismissed');
    const ways = await access(email);
    expect(await Promise.all(ways.map(whoIs))).to.deep.equal([200, 200]);

    await admin().post(`/api/v1/users/${id}/deactivation`, {});

    expect(await Promise.all(ways.map(whoIs))).to.deep.equal([401, 401]);
    expect((await signIn(email)).status).to.equal(401);
  });

  it('follows a change of role on the next request', async () => {
    const { id, email } = await person('demoted');
    const [, token = {}] = await access(email);
    const create = () =>
      client.send({ method: 'POST', path: '/api/v1/accounts', headers: { ...json, ...token }, body: '{"name":"x"}' });
    expect((await create()).status).to.equal(201);

    await admin().request('PUT', `/api/v1/users/${id}/role`, { role: 'read-only' });

    expect((await create()).status).to.equal(403);
  });

  it('ends elsewhere when a password is reset; the link works once and not for ever', async () => {
    const { id, email } = await person('forgetful');
    const session = { Cookie: cookieOf(await signIn(email)) };
    const link = await linkOf(id, 'password-reset');

    const first = await choose(link, 'another rather long sentence');
    const again = await choose(link, 'a third rather long sentence');
    const late = await linkOf(id, 'password-reset');
    host.clock.advance(8 * 86_400_000);
    const expired = await choose(late, 'a fourth rather long sentence');

    expect(first.status).to.equal(303);
    expect([again.status, expired.status]).to.deep.equal([404, 404]);
    expect(await whoIs(session)).to.equal(401);
    expect((await signIn(email)).status).to.equal(401);
    expect((await signIn(email, 'another rather long sentence')).status).to.equal(201);
  });

  it('begins with no link that is empty, blank, a wildcard or a list', async () => {
    for (const kind of ['invitation', 'reset'])
      for (const token of [
        '%20',
        '%00',
        '%25',
        '*',
        'null',
        'undefined',
        '[]',
        '0',
        '%27%20or%201=1--',
        '_',
        '%E2%80%8B',
      ]) {
        const { status } = await client.send({ method: 'GET', path: `/${kind}/${token}` });
        expect(status, `${kind} ${token}`).to.be.oneOf([400, 404]);
      }
  });

  it('keeps no secret of it in the database', async () => {
    const { id, email } = await person('secretive');
    const carried = (await access(email)).flatMap((headers) => Object.values(headers));
    const link = await linkOf(id, 'password-reset');
    const secrets = [...carried.map((value) => value.split(/[= ]/).at(-1)), link.split('/').at(-1), password];

    for (const table of ['sessions', 'api_tokens', 'access_links', 'audit_log', 'events', 'users']) {
      const stored = JSON.stringify(await host.sql(`select * from core.${table}`));
      for (const secret of secrets) expect(stored, table).to.not.contain(secret);
    }
  });
});
