import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { FaultServer } from '../support/fault-server.js';
import { isFullRun, randomFrom, timesOf } from '../support/scale.js';

const trials = timesOf(20, 1);
const rowCount = isFullRun ? 10_000 : 3000;

interface Progress {
  readonly state: string;
  readonly rows_done: number;
}

describe('kill -9 of the app while it imports and while it takes an import back', function () {
  this.timeout(60_000 + trials * 120_000);

  let server: FaultServer;

  before(async () => {
    server = await FaultServer.start();
  });

  after(() => server.close());

  it(`makes each of ${rowCount} records once and takes each back once, but for what somebody changed, ${trials} times`, async () => {
    const random = randomFrom(4);
    const met = { imports: 0, undos: 0 };
    for (let trial = 0; trial < trials; trial += 1) {
      const name = `Trial ${trial}`;
      const changeSet = await importKilled(name, random, met);
      expect(await countsOf(name)).to.deep.equal(whole(rowCount));
      await changeOne(name);
      await undoKilled(changeSet, random, met);
      expect(await liveOf(name)).to.deep.equal(['changed']);
    }

    expect(met.imports, 'kills that met an import under way').to.be.greaterThan(0);
    expect(met.undos, 'kills that met an undo under way').to.be.greaterThan(0);
  });

  /** @returns the change set of the import, which was killed on its way and is done now */
  async function importKilled(name: string, random: () => number, met: { imports: number }): Promise<string> {
    const rows = Array.from(
      { length: rowCount },
      (_, row) => `${name} ${row},${name.replace(' ', '')}-${row}@x.example`,
    );
    const answer = await server.ask('POST', '/api/v1/contacts/import?match=none', {
      text: `name,email\n${rows.join('\n')}\n`,
      headers: { 'content-type': 'text/csv' },
    });
    expect(answer.status).to.equal(202);
    const { id } = answer.body.data as unknown as { id: string };
    const progress = (): Promise<Progress> => progressOf('core.imports', id);
    await meet(progress, random);
    await kill();
    if (isUnderWay(await progress())) met.imports += 1;
    await untilDone(progress);
    const [row] = await server.sql<{ change_set_id: string }>('select change_set_id from core.imports where id = $1', [
      id,
    ]);
    return row?.change_set_id ?? '';
  }

  async function undoKilled(changeSet: string, random: () => number, met: { undos: number }): Promise<void> {
    const path = `/api/v1/change-sets/${changeSet}/undo`;
    const answers = await Promise.all([server.ask('POST', path), server.ask('POST', path, { as: 'admin' })]);
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([202, 409]);
    const [undo] = await server.sql<{ id: string }>('select id from core.change_sets where undo_of = $1', [changeSet]);
    const progress = (): Promise<Progress> => progressOf('core.change_sets', undo?.id ?? '');
    await meet(progress, random);
    await kill();
    if (isUnderWay(await progress())) met.undos += 1;
    await untilDone(progress);
    const problems = 'select code from core.change_set_problems where change_set_id = $1';
    expect(await server.sql(problems, [undo?.id])).to.deep.equal([{ code: 'changed_since' }]);
  }

  /** Waits until it is under way, and a moment that differs from trial to trial. */
  async function meet(progress: () => Promise<Progress>, random: () => number): Promise<void> {
    while ((await progress()).rows_done === 0) await sleep(3);
    if (isFullRun) await sleep(300 * random() * random());
  }

  async function kill(): Promise<void> {
    const [victim = 0] = await server.processes();
    const deaths = (): number => server.output().match(/ended with SIGKILL/g)?.length ?? 0;
    const before = deaths();
    process.kill(victim, 'SIGKILL');
    await eventually(async () => expect(deaths()).to.be.greaterThan(before));
    await server.untilReady();
  }

  async function progressOf(table: string, id: string): Promise<Progress> {
    const [found] = await server.sql<Progress>(`select state, rows_done from ${table} where id = $1`, [id]);
    return found ?? { state: 'none', rows_done: 0 };
  }

  async function untilDone(progress: () => Promise<Progress>): Promise<void> {
    await eventually(async () => expect((await progress()).state).to.equal('done'));
  }

  /** As somebody else would: after the import, before it is taken back. */
  async function changeOne(name: string): Promise<void> {
    const [one] = await server.sql<{ id: string }>('select id from core.contacts where name = $1', [`${name} 7`]);
    const options = { body: { jobTitle: 'changed' }, headers: { 'if-match': '*' } };
    expect((await server.ask('PATCH', `/api/v1/contacts/${one?.id ?? ''}`, options)).status).to.equal(200);
  }

  async function countsOf(name: string): Promise<Readonly<Record<string, number>>> {
    const mine = `select id from core.contacts where name like '${name} %' and deleted_at is null`;
    const [counts] = await server.sql<Record<string, number>>(
      `select (select count(*)::int from (${mine}) c) as contacts,
         (select count(distinct email)::int from core.contact_emails where contact_id in (${mine})) as addresses,
         (select count(*)::int from core.audit_log where record_id in (${mine})) as audited,
         (select count(*)::int from core.events where order_key::text in (select id::text from (${mine}) c)) as events`,
    );
    return counts ?? {};
  }

  async function liveOf(name: string): Promise<readonly (string | null)[]> {
    const rows = await server.sql<{ job_title: string | null }>(
      'select job_title from core.contacts where name like $1 and deleted_at is null',
      [`${name} %`],
    );
    return rows.map(({ job_title }) => job_title);
  }
});

function isUnderWay({ state, rows_done }: Progress): boolean {
  return (state === 'running' || state === 'queued') && rows_done > 0 && rows_done < rowCount;
}

function whole(count: number): Readonly<Record<string, number>> {
  return { contacts: count, addresses: count, audited: count, events: count };
}
