import { expect } from 'chai';
import { buildUser, openAuthLab, signIn, textOf, type AuthLab } from './auth-lab.js';

const password = 'a rather long sentence';

describe('personal API tokens', () => {
  let lab: AuthLab;
  before(async () => {
    lab = await openAuthLab();
  });
  after(() => lab.close());

  const createToken = async (body: object, role = 'user') => {
    const user = await buildUser(lab, { password, role });
    const session = await signIn(lab, user.email, password);
    return { session, user, created: await lab.call('POST', '/api/v1/me/tokens', session, body) };
  };

  it('are shown once and kept as a hash', async () => {
    const { session, user, created } = await createToken({ name: 'laptop' });

    const list = await lab.call('GET', '/api/v1/me/tokens', session);
    const rows = JSON.stringify(await lab.database.knex('core.api_tokens').where({ user_id: user.id }));

    expect(created.status).to.equal(201);
    expect(created.body.token).to.match(/^trl_[\w-]{43}$/);
    expect(list.body.data?.[0]).to.deep.include({ name: 'laptop', scopes: ['*'], expiresAt: null });
    expect(JSON.stringify(list.body) + rows).to.not.contain(textOf(created.body.token));
  });

  it('act as their user, with all rights or those of their scopes', async () => {
    const all = textOf((await createToken({ name: 'all' })).created.body.token);
    const read = textOf((await createToken({ name: 'read', scopes: ['read'] })).created.body.token);
    const one = textOf((await createToken({ name: 'one', scopes: ['core.account:update'] })).created.body.token);

    const permissions = async (token: string) =>
      Object.keys((await lab.call('GET', '/api/v1/me', { token })).body.permissions ?? {});

    expect(await permissions(all)).to.include.members(['core.account:read', 'core.account:update']);
    expect(await permissions(read))
      .to.include('core.account:read')
      .and.not.include('core.account:update');
    expect(await permissions(one)).to.deep.equal(['core.account:update']);
  });

  it('never give more than the role does', async () => {
    const { created } = await createToken({ name: 'wide', scopes: ['core.settings:administer'] });

    const answer = await lab.call(
      'PATCH',
      '/api/v1/settings',
      { token: textOf(created.body.token) },
      { companyName: 'Mine' },
    );

    expect([answer.status, answer.body.code]).to.deep.equal([403, 'permission_missing']);
  });

  it('cannot make further tokens or change the password', async () => {
    const { created } = await createToken({ name: 'all' });
    const token = textOf(created.body.token);

    const further = await lab.call('POST', '/api/v1/me/tokens', { token }, { name: 'more' });
    const change = await lab.call(
      'POST',
      '/api/v1/me/password',
      { token },
      { oldPassword: password, newPassword: 'another long sentence' },
    );

    expect([further.body.code, change.body.code]).to.deep.equal(['session_required', 'session_required']);
  });

  it('end when they are revoked, when their time is up, and with their user', async () => {
    const revoked = await createToken({ name: 'a' });
    const expiring = await createToken({
      name: 'b',
      expiresAt: new Date(lab.clock.now().getTime() + 60_000).toISOString(),
    });
    const leaving = await createToken({ name: 'c' });
    const status = async ({ created }: typeof revoked) =>
      (await lab.call('GET', '/api/v1/me', { token: textOf(created.body.token) })).status;
    expect([await status(revoked), await status(expiring), await status(leaving)]).to.deep.equal([200, 200, 200]);

    await lab.call('DELETE', `/api/v1/me/tokens/${textOf(revoked.created.body.id)}`, revoked.session);
    await lab.database.knex('core.users').where({ id: leaving.user.id }).update({ status: 'inactive' });
    lab.clock.advance(61_000);

    expect([await status(revoked), await status(expiring), await status(leaving)]).to.deep.equal([401, 401, 401]);
  });

  it('are refused when they are none, also where nobody needs one', async () => {
    const answers = await Promise.all(
      ['trl_', 'trl_guess', '*', "' or 1=1"].map((token) => lab.call('GET', '/api/v1/me', { token })),
    );

    expect(answers.map(({ status, body }) => `${status} ${textOf(body.code)}`)).to.deep.equal(
      Array(4).fill('401 invalid_token'),
    );
  });

  it('are asked for with known scopes and an end to come', async () => {
    const unknown = await createToken({ name: 'x', scopes: ['*', 'core.moon:read'] });
    const past = await createToken({ name: 'x', expiresAt: '2020-01-01T00:00:00Z' });
    const nameless = await createToken({ scopes: [] });

    expect([unknown, past, nameless].map(({ created }) => created.status)).to.deep.equal([422, 422, 422]);
    expect(unknown.created.body.errors?.[0]).to.include({ pointer: '/scopes/1', code: 'unknown_scope' });
    expect(past.created.body.errors?.[0]).to.include({ pointer: '/expiresAt', code: 'in_the_past' });
  });
});
