import { createTestHost, type TestHost, type TestUser } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';

describe('exports of one person at once', () => {
  let host: TestHost;
  before(async () => (host = await createTestHost()));
  after(() => host.close());

  const path = '/api/v1/accounts/export';
  const running = (user: TestUser, count: number) =>
    host.sql(
      `insert into core.exports (id, entity, format, fields, query, actor, created_by, state, started_at)
       select gen_random_uuid(), 'core.account', 'csv', '{}', '{}', '{}', ?::uuid, 'running', now() from generate_series(1, ?)`,
      [user.userId, count],
    );

  it('count for nobody once their process died, and as long as somebody reads them', async () => {
    await host.sql(`update core.exports set state = 'done'`);
    await running(host.manager, 3);
    await host.sql(`update core.exports set started_at = now() - interval '10 minutes' where state = 'running'`);
    const dead = await host.as(host.manager).get(path);
    await host.sql(`update core.exports set alive_at = now() where state = 'running'`);
    const alive = await host.as(host.manager).get(path);
    const [read] = await host.sql(
      `select alive_at from core.exports where row_count is not null and state = 'done' order by id desc`,
    );
    await host.sql(`update core.exports set state = 'done'`);

    expect([dead.status, alive.status]).to.deep.equal([200, 429]);
    expect(read?.['alive_at']).to.be.an.instanceOf(Date);
  });

  it('are three: a fourth is told to wait, other people are not', async () => {
    await running(host.user, 2);
    const third = await host.as(host.user).get(path);
    await running(host.user, 1);

    const { status, body, headers } = await host.as(host.user).get(path);
    const other = await host.as(host.manager).get(path);
    await host.sql(`update core.exports set state = 'done'`);
    const after = await host.as(host.user).get(path);

    expect([third.status, status, other.status, after.status]).to.deep.equal([200, 429, 200, 200]);
    expect(body['code']).to.equal('too_many_exports');
    expect(Number(headers.get('Retry-After'))).to.be.greaterThan(0);
  });

  it('do not count when they could not begin', async () => {
    const answers = [];
    for (let n = 0; n < 4; n++) answers.push((await host.as(host.user).get(`${path}?fields=nothing`)).status);

    expect(answers).to.deep.equal([400, 400, 400, 400]);
    expect(await host.sql(`select 1 from core.exports where state = 'running'`)).to.have.length(0);
  });
});
