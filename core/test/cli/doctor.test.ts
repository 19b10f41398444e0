import 'reflect-metadata';
import { expect } from 'chai';
import type pg from 'pg';
import { noteBackup } from '../../dist/backup/index.js';
import { doctorChecks } from '../../dist/cli/checks/doctor-checks.js';
import type { Finding } from '../../dist/cli/checks/finding.js';
import { CliContext } from '../../dist/cli/cli-context.js';
import type { TestDatabase } from '../../dist/testing/index.js';
import { BackupHome } from '../backup/backup-home.js';

describe('trellis doctor', function () {
  this.timeout(30_000);
  let home: BackupHome;
  let database: TestDatabase;
  let client: pg.Client;

  beforeEach(async () => {
    home = await BackupHome.create();
    database = await home.filledDatabase();
    client = await home.client(database);
  });
  afterEach(() => home.close());

  it('finds nothing wrong but the test server and the missing backup on a sound installation', async () => {
    const findings = await examine();

    const wrong = findings.filter(({ status }) => status !== 'ok').map(({ name, detail }) => `${name} ${detail}`);
    expect(wrong).to.deep.equal([
      'database fsync is off: a power cut can destroy the database',
      'database full_page_writes is off: a power cut can destroy the database',
      'database synchronous_commit is off: a power cut loses what was acknowledged in the last second',
      'backup none was taken with `trellis backup`',
    ]);
    expect(findings.filter(({ status, fix }) => status !== 'ok' && fix === undefined)).to.deep.equal([]);
    expect(namesOf(findings)).to.include.members([
      'version',
      'data',
      'schema',
      'server',
      'tables',
      'plugins',
      'events',
      'jobs',
    ]);
  });

  it('tells each fault that was planted, with what to do', async () => {
    await client.query(`
      alter table core.accounts drop column industry;
      insert into core.deliveries (subscription_id, event_id, order_key, position, state, next_at, changed_at)
        values ('a:b', gen_random_uuid(), 'x', 1, 'dead', now(), now());
      select graphile_worker.add_job('trellis', '{}'::json, run_at => now() - interval '1 day');
      select graphile_worker.add_job('trellis', '{}'::json, max_attempts => 1);
      update graphile_worker._private_jobs set attempts = 1 where max_attempts = 1;
      select graphile_worker.add_job('trellis', '{}'::json, max_attempts => 3);
      update graphile_worker._private_jobs set locked_at = now(), locked_by = 'worker-of-nobody' where max_attempts = 3;
      insert into core.processes (id, host, pid, version, generation, beat_at) values
        (gen_random_uuid(), 'here', 1, '0.1.0', 99, now() + interval '1 minute'), (gen_random_uuid(), 'there', 2, '0.2.0', 99, now() + interval '1 minute');
      insert into core.process_reports (process_id, reported_at, report) select id, now(),
        '{"calls": [{"module": "sales", "kind": "panel", "calls": 4, "faults": 1, "totalMs": 20}], "slowQueries": {"sales": 2}, "residentBytes": 1}' from core.processes where host = 'here'`);
    const { dataDir } = home.folders('data');
    await noteBackup(dataDir, { file: '/nowhere/old.zst', at: new Date(Date.now() - 5 * 86_400_000), sizeBytes: 1e6 });

    const findings = await examine();

    const told = (part: string): Finding[] => findings.filter(({ detail }) => detail.includes(part));
    const expected = {
      industry: 'error',
      '1 dead letters': 'warning',
      '1 given up': 'warning',
      '1 stuck': 'warning',
      '1 due for more than': 'warning',
      '0.2.0': 'warning',
      'sales: 4 calls, 5.0 ms on average, 1 failed, 2 slow queries': 'warning',
      'not there any more: 5 days old': 'warning',
    };
    for (const [part, status] of Object.entries(expected)) {
      const found = told(part).map((finding) => [finding.status, (finding.fix ?? '').length > 0]);
      expect(found, part).to.deep.equal([[status, true]]);
    }
  });

  it('says that a restored copy is held', async () => {
    await client.query(`insert into core.holds (since, reason) values (now(), 'restored from a backup')`);

    const [hold] = (await examine()).filter(({ name }) => name === 'hold');

    expect(hold).to.include({ status: 'warning', fix: 'trellis release, when it is to be the real one' });
  });

  it('tells of migrations that wait, and does not apply them', async () => {
    await client.query(
      `delete from core.migrations where name like '%create-operations'; drop table core.process_reports, core.holds`,
    );

    const [schema] = (await examine()).filter(({ name }) => name === 'schema');

    expect(schema?.status).to.equal('warning');
    expect(schema?.detail).to.contain('1 migrations are not applied yet');
    const { rows } = await client.query<{ there: string | null }>(`select to_regclass('core.holds') as there`);
    expect(rows[0]?.there).to.equal(null);
  });

  it('says what is wrong when there is no database', async () => {
    const findings = await examine(database.url.replace(/[^/]*$/, 'none'));

    const [found] = findings.filter(({ name }) => name === 'database');
    expect(found).to.include({ status: 'error' });
    expect(found?.fix).to.contain('create the database');
    expect(namesOf(findings)).to.include('backup');
  });

  async function examine(databaseUrl = database.url): Promise<Finding[]> {
    const cli = new CliContext(home.folder);
    cli.override({ databaseUrl, ...home.folders('data'), logLevel: 'silent' });
    try {
      const findings: Finding[] = [];
      for (const check of doctorChecks) findings.push(...(await check(cli)));
      return findings;
    } finally {
      await cli.close();
    }
  }
});

function namesOf(findings: readonly Finding[]): string[] {
  return findings.map(({ name }) => name);
}
