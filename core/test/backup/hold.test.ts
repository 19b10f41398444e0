import 'reflect-metadata';
import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { pino } from 'pino';
import { openWorkspace } from '../../dist/composition/open-workspace.js';
import { openDatabase } from '../../dist/database/index.js';
import { releaseHold } from '../../dist/hold/index.js';
import { enqueueJob } from '../../dist/jobs/job-queue.js';
import { BackupHome } from './backup-home.js';

const held = `insert into core.holds (since, reason) values ('2026-11-22T08:00:00Z', 'restored from a backup')`;
const log = pino({ level: 'silent' });

describe('A held workspace', () => {
  it('delivers nothing and runs no job until it is released, and then all that waits', async () => {
    const home = await BackupHome.create();
    const source = await home.filledDatabase();
    const client = await home.client(source);
    await client.query(held);
    const database = openDatabase({ url: source.url }, log);
    const { config, clock } = home.planOf('data');
    const workspace = await openWorkspace({ config, database, log, clock, serves: true });
    await enqueueJob(database.knex, { module: 'core', name: 'purge-events', payload: {} });
    await client.query(`with event as (
        insert into core.events (id, type, version, payload, order_key, actor, change_set)
        values (gen_random_uuid(), 'core.account-created', 1, '{}', 'one', 'operator', gen_random_uuid()) returning position, id)
      insert into core.pending_events select position, id from event`);
    const waiting = async (): Promise<readonly number[]> => {
      const { rows } = await client.query<{ events: number; jobs: number }>(
        `select (select count(*) from core.pending_events)::int as events, (select count(*) from graphile_worker.jobs where attempts = 0)::int as jobs`,
      );
      return [rows[0]?.events ?? -1, rows[0]?.jobs ?? -1];
    };
    const [events, jobs] = await waiting();

    await workspace.startBackground();
    await pause(1500);
    const whileHeld = await waiting();
    await releaseHold(database.knex);
    while ((await waiting()).some((count) => count > 0)) await pause(50);

    expect(events).to.be.greaterThan(0);
    expect(jobs).to.be.greaterThan(0);
    expect(whileHeld).to.deep.equal([events, jobs]);
    await workspace.close();
    await database.close();
    await home.close();
  }).timeout(30_000);

  describe('over HTTP', () => {
    let host: TestHost;
    before(async () => {
      host = await createTestHost();
      await host.sql(held);
      while (!(await isHeld())) await pause(20);
    });
    after(() => host.close());

    const isHeld = async (): Promise<boolean> =>
      ((await host.as(host.user).get('/api/v1/hold')).body as { held: unknown }).held !== null;

    it('says so in the API', async () => {
      const { status, body } = await host.as(host.user).get('/api/v1/hold');

      expect(status).to.equal(200);
      expect(body).to.deep.equal({ held: { since: '2026-11-22T08:00:00.000Z', reason: 'restored from a backup' } });
      expect((await host.as().get('/api/v1/hold')).status).to.equal(401);
    });

    it('shows admins a banner on every page, and nobody else', async () => {
      const [admin, user] = [await host.as(host.admin).page('/accounts'), await host.as(host.user).page('/accounts')];

      expect(admin.text).to.contain('it sends nothing').and.to.contain('restored from a backup');
      expect(user.text).to.not.contain('it sends nothing');
    });

    it('is free again when it is released', async () => {
      await host.sql('delete from core.holds');

      while (await isHeld()) await pause(20);
      expect((await host.as(host.admin).page('/accounts')).text).to.not.contain('it sends nothing');
    });
  });
});
