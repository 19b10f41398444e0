import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { openHome, type TestHome } from './lifecycle-host.js';
import { createNotes, writePlugin } from './plugin-fixtures.js';

const route = `host.routes({ 'GET /notes': { access: 'signed-in', handle: async () => ({}) } });`;

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'nothing was thrown',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
}

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause(50);
}

describe('upgrades and crashes', () => {
  let home: TestHome;

  beforeEach(async () => {
    home = await openHome();
  });

  afterEach(() => home.close());

  it('upgrades in steps that old processes survive, and takes away only when they are gone', async () => {
    const packages = join(home.dataDir, '..', 'packages');
    const addMark = {
      name: '20260201000000_add-mark',
      phase: 'expand',
      up: `await schema.alterTable('notes', (table) => table.text('mark'));`,
    };
    const dropText = {
      name: '20260202000000_drop-text',
      phase: 'contract',
      up: `await schema.alterTable('notes', (table) => table.dropColumn('text'));`,
    };
    const columns = () =>
      home.scalar(
        `select array_agg(attname::text order by attnum) as value from pg_attribute where attrelid = 'p_notes.notes'::regclass and attnum > 0 and not attisdropped`,
      );
    const old = await home.start();
    await old.lifecycle.install(
      await writePlugin(join(packages, '1'), { id: 'notes', migrations: [createNotes], register: route }),
      'operator',
    );
    await old.lifecycle.enable('notes', 'operator');

    const next = await writePlugin(join(packages, '2'), {
      id: 'notes',
      version: '1.1.0',
      migrations: [createNotes, addMark, dropText],
      register: route,
    });
    const outcome = await old.lifecycle.upgrade('notes', 'operator', next);
    const young = await home.start();
    const meanwhile = await columns();
    await old.close();
    await waitFor(async () => !JSON.stringify(await columns()).includes('"text"'));

    expect(outcome).to.include({ from: '1.0.0', to: '1.1.0', isRestartNeeded: true });
    expect(old.generations.current().modules.at(-1)).to.include({ module: 'notes', version: '1.0.0' });
    expect(young.generations.current().modules.at(-1)).to.include({ module: 'notes', version: '1.1.0' });
    expect(meanwhile).to.deep.equal(['id', 'text', 'plugin_id', 'mark']);
    expect(await columns()).to.deep.equal(['id', 'plugin_id', 'mark']);
  }).timeout(30_000);

  it('refuses an upgrade that others cannot live with, and an older version', async () => {
    const packages = join(home.dataDir, '..', 'packages');
    await writePlugin(home.pluginsDir, { id: 'wall', trellis: { requires: { notes: '^1.0.0' } } });
    const { lifecycle } = await home.start();
    await lifecycle.install(await writePlugin(join(packages, '1'), { id: 'notes', version: '1.1.0' }), 'operator');
    await lifecycle.enable('wall', 'operator', { withRequired: true });

    const breaking = await lifecycle
      .upgrade('notes', 'operator', await writePlugin(join(packages, '2'), { id: 'notes', version: '2.0.0' }))
      .catch((error: unknown) => error);
    const older = await codeOf(
      lifecycle.upgrade('notes', 'operator', await writePlugin(join(packages, '0'), { id: 'notes', version: '1.0.0' })),
    );

    expect(breaking).to.have.property('message', 'wall requires notes ^1.0.0, but 2.0.0 is there');
    expect(older).to.equal('downgrade');
  });

  it('resumes after its process was killed in the middle of a data migration, and does nothing twice', async () => {
    const fill = {
      name: '20260102000000_fill',
      phase: 'data',
      up: `let batches = 0;
        await inBatches(async () => {
          if (process.env.CRASH === 'yes' && batches === 2) process.kill(process.pid, 'SIGKILL');
          batches += 1;
          const rows = await sql('insert into p_notes.counts select coalesce(max(n), 0) + 1 from p_notes.counts having count(*) < 5 returning n');
          return rows.length;
        });`,
    };
    const counts = { ...createNotes, up: `await sql('create table p_notes.counts (n integer primary key)');` };
    await writePlugin(home.pluginsDir, { id: 'notes', migrations: [counts, fill], register: route });
    const script = fileURLToPath(new URL('./enable-process.js', import.meta.url));

    const child = fork(script, [home.url, home.pluginsDir, home.dataDir], { env: { ...process.env, CRASH: 'yes' } });
    await once(child, 'exit');
    const left = await home.scalar('select count(*) as value from p_notes.counts');
    const { lifecycle } = await home.start();

    expect(left).to.equal(2);
    expect(await home.scalar('select count(*) as value from p_notes.counts')).to.equal(5);
    expect(await lifecycle.get('notes')).to.include({ state: 'active', reason: null });
    expect((await lifecycle.operations('notes'))[0]).to.include({ operation: 'enable', state: 'done', attempt: 2 });
  }).timeout(30_000);
});
