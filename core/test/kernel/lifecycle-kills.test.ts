import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { openHome, type TestHome, type TestProcess } from './lifecycle-host.js';
import { createNotes, writePlugin } from './plugin-fixtures.js';

/** The scale of all fault tests stands with those that cross packages. */
const scale = new URL('../../../test/dist-test/support/scale.js', import.meta.url);
const { timesOf } = (await import(scale.href)) as { timesOf(full: number): number };
const points = timesOf(20);

const route = `host.routes({ 'GET /notes': { access: 'signed-in', handle: async () => ({}) } });`;
const fill = {
  name: '20260102000000_fill',
  phase: 'data',
  up: `await inBatches(async () => (await sql(
    "insert into p_notes.notes (text) select 'row ' || count(*) from p_notes.notes having count(*) < 4 returning id")).length);`,
};
const table = {
  ...createNotes,
  up: `await sql('create table p_notes.notes (id uuid primary key default gen_random_uuid(), text text)');`,
};
const addMark = {
  name: '20260201000000_add-mark',
  phase: 'expand',
  up: `await schema.alterTable('notes', (table) => table.text('mark'));`,
};

type Verb = 'enable' | 'disable' | 'upgrade';

/** How a plugin stands in database and process, in one line. */
type Standing = string;

const old: Readonly<Record<Verb, Standing>> = {
  enable: 'staged 1.0.0, columns none, rows 0, migrations none, served no',
  disable: 'active 1.0.0, columns id text, rows 4, migrations create-notes fill, served 1.0.0',
  upgrade: 'active 1.0.0, columns id text, rows 4, migrations create-notes fill, served 1.0.0',
};
const young: Readonly<Record<Verb, Standing>> = {
  enable: 'active 1.0.0, columns id text, rows 4, migrations create-notes fill, served 1.0.0',
  disable: 'disabled 1.0.0, columns id text, rows 4, migrations create-notes fill, served no',
  upgrade: 'active 1.1.0, columns id text mark, rows 4, migrations create-notes fill add-mark, served 1.1.0',
};

describe('a plugin operation that is killed', function () {
  this.timeout(120_000 + points * 30_000);

  let home: TestHome;

  beforeEach(async () => {
    home = await openHome();
  });

  afterEach(() => home.close());

  for (const verb of ['enable', 'disable', 'upgrade'] as const) {
    it(`${verb}: leaves the old or the new, at ${points} points`, async () => {
      const total = await count(verb);
      const standings = new Map<Standing, number>();
      for (let point = 0; point < points; point += 1) {
        await killAt(verb, (point + 0.5) / points, total);

        const standing = await standingAfterwards();
        standings.set(standing, (standings.get(standing) ?? 0) + 1);
      }

      expect([old[verb], young[verb]]).to.include.members([...standings.keys()]);
      expect(total).to.be.greaterThan(5);
      const [olds, youngs] = [standings.get(old[verb]) ?? 0, standings.get(young[verb]) ?? 0];
      process.stdout.write(`      killed at ${points} points of ${total} statements: ${olds} old, ${youngs} new\n`);
    });
  }

  it('would notice a half: migrated in the ledger and not in the tables', async () => {
    await run('enable');
    await home.database.knex.raw('drop table p_notes.notes');

    const standing = await standingAfterwards();

    expect([old.enable, young.enable]).to.not.include(standing);
  });

  /** @returns how many statements a verb takes */
  async function count(verb: Verb): Promise<number> {
    return Number((await run(verb)).output);
  }

  /** Kills a verb after a share of its statements. It takes some more or less of them each time: one that survives tells how many. */
  async function killAt(verb: Verb, share: number, total: number): Promise<void> {
    await home.close();
    home = await openHome();
    const { signal, output } = await run(verb, Math.ceil(share * total));
    if (signal === null) return killAt(verb, share, Math.min(Number(output), total - 1));
    expect(signal).to.equal('SIGKILL');
  }

  /** Runs a verb in a process of its own. @param lastStatement before which the process kills itself; it lives when left out */
  async function run(verb: Verb, lastStatement?: number): Promise<{ signal: string | null; output: string }> {
    const packages = join(home.dataDir, '..', 'packages');
    const first = { id: 'notes', migrations: [table, fill], register: route };
    const { lifecycle, close } = await home.start();
    await lifecycle.install(await writePlugin(join(packages, '1'), first), 'operator');
    if (verb !== 'enable') await lifecycle.enable('notes', 'operator');
    await close();
    const next = { ...first, version: '1.1.0', migrations: [table, fill, addMark] };
    const path = verb === 'upgrade' ? await writePlugin(join(packages, '2'), next) : '';
    const script = fileURLToPath(new URL('./verb-process.js', import.meta.url));
    const args = [script, home.url, home.pluginsDir, home.dataDir, verb, path, String(lastStatement ?? '')];
    return new Promise((resolve, reject) => {
      execFile(process.execPath, args, (error, stdout, stderr) => {
        const signal = error?.signal ?? null;
        if (error !== null && signal === null) reject(new Error(stderr));
        else resolve({ signal, output: stdout.trim() });
      });
    });
  }

  /** The next process; the one after it, when it has old code and finishes the change to new one: the supervisor replaces it. */
  async function startAfterwards(): Promise<TestProcess> {
    const process = await home.start();
    if (!process.lifecycle.needsRestart()) return process;
    await process.close();
    return home.start();
  }

  /** What the next process makes of it. */
  async function standingAfterwards(): Promise<Standing> {
    const { lifecycle, generations } = await startAfterwards();
    const { state, version } = await lifecycle.get('notes');
    const running = (await lifecycle.operations('notes')).filter((operation) => operation.state === 'running');
    expect(running).to.have.length(0);
    const served = generations.current().modules.find(({ module }) => module === 'notes')?.version ?? 'no';
    const columns = await home.scalar(
      `select string_agg(attname, ' ' order by attnum) as value from pg_attribute
       where attrelid = to_regclass('p_notes.notes') and attnum > 0 and not attisdropped`,
    );
    const hasTable = columns !== null;
    const rows = hasTable ? await home.scalar('select count(*)::int as value from p_notes.notes') : 0;
    const migrations = await home.scalar(
      `select string_agg(substring(name from 16), ' ' order by name) as value from core.migrations where module = 'notes'`,
    );
    return `${state} ${version}, columns ${text(columns)}, rows ${text(rows)}, migrations ${text(migrations)}, served ${served}`;
  }
});

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : 'none';
}
