import { expect } from 'chai';
import { Authenticator } from '../../dist/auth/index.js';
import { uuidV7 } from '../../dist/database/uuid-v7.js';
import { buildUser, openAuthLab, signIn, textOf, type AuthLab } from './auth-lab.js';

const day = 86_400_000;
const password = 'a rather long sentence';

describe('sessions', () => {
  let lab: AuthLab;
  before(async () => {
    lab = await openAuthLab();
  });
  after(() => lab.close());

  it('begin with the right password, whatever the case of the address', async () => {
    const user = await buildUser(lab, { email: 'grace@example.test', password });

    const session = await signIn(lab, ' Grace@Example.test ', password);
    const me = await lab.call('GET', '/api/v1/me', session);

    expect(me.status).to.equal(200);
    expect(me.body).to.deep.include({ id: user.id, email: 'grace@example.test', role: 'user' });
    expect(me.body.permissions).to.include({ 'core.account:read': 'all', 'core.account:update': 'own' });
    expect(me.body.csrfToken).to.equal(session.csrf);
  });

  it('keep nothing in the database that would let a reader of it in', async () => {
    const user = await buildUser(lab, { password });
    const session = await signIn(lab, user.email, password);

    const rows = JSON.stringify(await lab.database.knex('core.sessions').where({ user_id: user.id }));

    expect(rows).to.not.contain(session.cookie.split('=')[1]).and.not.contain(session.csrf);
  });

  it('are refused alike for a wrong password, an unknown address and somebody who may not sign in', async () => {
    const active = await buildUser(lab, { password });
    const inactive = await buildUser(lab, { password, status: 'inactive' });
    const invited = await buildUser(lab, { status: 'invited' });
    const tries = [
      { email: active.email, password: 'something else' },
      { email: 'nobody@example.test', password },
      { email: inactive.email, password },
      { email: invited.email, password },
    ];

    const answers = await Promise.all(tries.map((body) => lab.call('POST', '/api/v1/session', null, body)));

    const seen = answers.map(({ status, body }) => `${status} ${textOf(body.code)} ${textOf(body.detail)}`);
    expect(new Set(seen)).to.have.length(1);
    expect(answers[0]?.status).to.equal(401);
  });

  it('give a browser a new token at each sign-in and end the old one', async () => {
    const user = await buildUser(lab, { password });
    const first = await signIn(lab, user.email, password);

    const again = await lab.fetch('/api/v1/session', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Cookie: first.cookie, 'X-CSRF-Token': first.csrf },
      body: JSON.stringify({ email: user.email, password }),
    });

    expect(again.headers.getSetCookie()[0]).to.not.contain(first.cookie);
    expect((await lab.call('GET', '/api/v1/me', first)).status).to.equal(401);
  });

  it('are listed as devices and can be ended one by one, by their owner only', async () => {
    const user = await buildUser(lab, { password });
    const other = await buildUser(lab, { password });
    const phone = await signIn(lab, user.email, password);
    const laptop = await signIn(lab, user.email, password);
    const stranger = await signIn(lab, other.email, password);

    const list = await lab.call('GET', '/api/v1/me/sessions', laptop);
    const entries = list.body.data as unknown as readonly { readonly id: string; readonly isCurrent: boolean }[];
    const phoneId = entries.find((entry) => !entry.isCurrent)?.id ?? '';
    const denied = await lab.call('DELETE', `/api/v1/me/sessions/${phoneId}`, stranger);
    const ended = await lab.call('DELETE', `/api/v1/me/sessions/${phoneId}`, laptop);

    expect(entries).to.have.length(2);
    expect([denied.status, ended.status]).to.deep.equal([404, 204]);
    expect((await lab.call('GET', '/api/v1/me', phone)).status).to.equal(401);
    expect((await lab.call('GET', '/api/v1/me', laptop)).status).to.equal(200);
  });

  it('end with signing out', async () => {
    const user = await buildUser(lab, { password });
    const session = await signIn(lab, user.email, password);

    const out = await lab.call('DELETE', '/api/v1/session', session);

    expect(out.status).to.equal(204);
    expect(out.headers.getSetCookie()[0]).to.match(/^trellis_session=;.*expires=Thu, 01 Jan 1970/i);
    expect((await lab.call('GET', '/api/v1/me', session)).status).to.equal(401);
  });

  it('end at once when the user is deactivated, moves to the trash or gets another role', async () => {
    const user = await buildUser(lab, { password });
    const session = await signIn(lab, user.email, password);
    const users = () => lab.database.knex('core.users').where({ id: user.id });
    const look = async () => lab.call('GET', '/api/v1/me', session);
    await look();

    await users().update({ role: 'read-only' });
    await settled(async () => (await look()).body.permissions?.['core.account:update'] === undefined);
    await users().update({ deleted_at: new Date() });
    await settled(async () => (await look()).status === 401);
    await users().update({ deleted_at: null });
    await settled(async () => (await look()).status === 200);
    await users().update({ status: 'inactive' });
    await settled(async () => (await look()).status === 401);
  });

  it('follow the teams of their user', async () => {
    const [top, below, aside] = [uuidV7(), uuidV7(), uuidV7()];
    const teams = [top, below, aside].map((id) => ({ id, name: id, parent_id: id === below ? top : null }));
    await lab.database.knex('core.teams').insert(teams);
    const user = await buildUser(lab, { password, team_id: aside });
    await lab.database.knex('core.team_managers').insert({ team_id: top, position: 0, user_id: user.id });
    const { cookie } = await signIn(lab, user.email, password);

    const { identity } = await lab.workspace.container
      .resolve(Authenticator)
      .authenticate({ bearer: null, sessionToken: cookie.split('=')[1] ?? '' }, lab.workspace.generation());

    expect(identity.teamIds).to.have.members([aside, top]);
    expect(identity.subtreeTeamIds).to.have.members([aside, top, below]);
  });

  it('end after 14 days without a request and after 90 days in any case', async () => {
    const user = await buildUser(lab, { password });
    const idle = await signIn(lab, user.email, password);
    lab.clock.advance(15 * day);
    expect((await lab.call('GET', '/api/v1/me', idle)).status).to.equal(401);

    const busy = await signIn(lab, user.email, password);
    for (const _week of Array.from({ length: 12 })) {
      lab.clock.advance(7 * day);
      expect((await lab.call('GET', '/api/v1/me', busy)).status).to.equal(200);
      await settled(async () => (await lastSeen(user.id)) > lab.clock.now().getTime() - day);
    }
    lab.clock.advance(7 * day);
    expect((await lab.call('GET', '/api/v1/me', busy)).status).to.equal(401);
  });

  it('cannot be guessed: after five wrong passwords from one address further ones are not looked at', async () => {
    const user = await buildUser(lab, { password });
    const attempt = (email: string, given: string) =>
      lab.call('POST', '/api/v1/session', null, { email, password: given });
    const spellings = [user.email, user.email?.toUpperCase(), ` ${user.email}`, `${user.email} `, user.email].map(
      String,
    );
    for (const spelling of spellings) await attempt(spelling, 'wrong password');

    const right = await attempt(String(user.email), password);

    expect(right.status).to.equal(429);
    expect(Number(right.headers.get('retry-after'))).to.be.greaterThan(60);
    expect(right.body).to.include({ code: 'too_many_attempts' });
  });

  async function lastSeen(userId: string): Promise<number> {
    const row = await lab.database.knex('core.sessions').where({ user_id: userId }).max('last_seen_at as last').first();
    return (row?.last as Date).getTime();
  }
});

/** Waits until the signal of the database arrived. */
async function settled(isDone: () => Promise<boolean>): Promise<void> {
  while (!(await isDone())) await new Promise((resolve) => setTimeout(resolve, 5));
}
