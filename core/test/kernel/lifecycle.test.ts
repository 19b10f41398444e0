import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { uuidV7 } from '../../dist/database/uuid-v7.js';
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

describe('the lifecycle of a plugin', () => {
  let home: TestHome;

  beforeEach(async () => {
    home = await openHome();
  });

  afterEach(() => home.close());

  it('offers what lies in the plugins folder and enables it', async () => {
    await writePlugin(home.pluginsDir, { id: 'notes', migrations: [createNotes], register: route });
    const { lifecycle, generations, work } = await home.start();

    const offered = await lifecycle.list();
    const enabled = await lifecycle.enable('notes', 'operator');

    expect(offered).to.have.length(1);
    expect(offered[0]).to.include({ id: 'notes', state: 'staged', reason: null, version: '1.0.0' });
    expect(enabled).to.include({ state: 'active', reason: null });
    expect(generations.current().match('GET', '/api/v1/notes/notes')).to.have.property('kind', 'found');
    expect(await home.scalar(`select to_regclass('p_notes.notes') is not null as value`)).to.equal(true);
    expect(work).to.deep.equal(['sync core', 'sync notes', 'resume notes']);
  });

  it('disables: paths answer plugin_disabled, work rests, data stays, and it comes back', async () => {
    await writePlugin(home.pluginsDir, { id: 'notes', migrations: [createNotes], register: route });
    const { lifecycle, generations, work } = await home.start();
    await lifecycle.enable('notes', 'operator');

    const disabled = await lifecycle.disable('notes', 'operator');
    const match = generations.current().match('GET', '/api/v1/notes/notes');
    await lifecycle.enable('notes', 'operator');

    expect(disabled).to.include({ state: 'disabled' });
    expect(match).to.deep.equal({ kind: 'plugin-disabled', plugin: 'notes' });
    expect(work).to.include('pause notes');
    expect(generations.current().match('GET', '/api/v1/notes/notes')).to.have.property('kind', 'found');
  });

  it('is followed by other processes within a second', async () => {
    await writePlugin(home.pluginsDir, { id: 'notes', register: route });
    const first = await home.start();
    const second = await home.start();

    await first.lifecycle.enable('notes', 'operator');
    await pause(1000);

    expect(second.generations.current().match('GET', '/api/v1/notes/notes')).to.have.property('kind', 'found');
  });

  it('writes the first rows once', async () => {
    await writePlugin(home.pluginsDir, {
      id: 'notes',
      migrations: [{ ...createNotes, up: `await sql('create table p_notes.seeds (at timestamptz default now())');` }],
      members: `seed: async (ctx) => ctx.log.info({}, 'seeding'),`,
    });
    const { lifecycle } = await home.start();

    await lifecycle.enable('notes', 'operator');
    const seededAt = await home.scalar(`select seeded_at as value from core.plugins`);
    await lifecycle.disable('notes', 'operator');
    await lifecycle.enable('notes', 'operator');

    expect(seededAt).to.be.instanceOf(Date);
  });

  it('refuses what requires an absent, inactive or unfitting plugin, and takes required ones along', async () => {
    await writePlugin(home.pluginsDir, { id: 'notes', version: '2.0.0' });
    await writePlugin(home.pluginsDir, { id: 'wall', trellis: { requires: { notes: '^2.0.0' } } });
    await writePlugin(home.pluginsDir, { id: 'old-wall', trellis: { requires: { notes: '^1.0.0' } } });
    const { lifecycle } = await home.start();

    const inactive = await lifecycle.enable('wall', 'operator').catch((error: unknown) => error);
    const together = await lifecycle.enable('wall', 'operator', { withRequired: true });
    const unfitting = await lifecycle.enable('old-wall', 'operator').catch((error: unknown) => error);

    expect(inactive).to.have.property('message', 'wall requires notes ^2.0.0, which is not active');
    expect(together).to.include({ state: 'active' });
    expect(await lifecycle.get('notes')).to.deep.include({ state: 'active', requiredBy: ['wall'] });
    expect(unfitting).to.have.property('message', 'old-wall requires notes ^1.0.0, but 2.0.0 is there');
  });

  it('refuses to disable what others require, unless they go along', async () => {
    await writePlugin(home.pluginsDir, { id: 'notes' });
    await writePlugin(home.pluginsDir, { id: 'wall', trellis: { requires: { notes: '^1.0.0' } } });
    const { lifecycle } = await home.start();
    await lifecycle.enable('wall', 'operator', { withRequired: true });

    const refused = await lifecycle.disable('notes', 'operator').catch((error: unknown) => error);
    await lifecycle.disable('notes', 'operator', { withDependents: true });

    expect(refused)
      .to.deep.include({ code: 'plugin_required' })
      .and.have.nested.property('details.dependents')
      .that.deep.equals(['wall']);
    expect((await lifecycle.list()).map(({ state }) => state)).to.deep.equal(['disabled', 'disabled']);
  });

  it('archives with its foreign keys, restores them and reports orphans', async () => {
    await writePlugin(home.pluginsDir, { id: 'notes', migrations: [createNotes], register: route });
    const { lifecycle } = await home.start();
    await lifecycle.enable('notes', 'operator');
    const operation = await home.scalar('select id as value from core.plugin_operations limit 1');
    await home.database.knex('p_notes.notes').insert({ id: operation, text: 'kept' });

    await lifecycle.remove('notes', 'operator');
    const removed = await lifecycle.get('notes');
    const schemas = await home.scalar(
      `select array_agg(nspname::text) as value from pg_namespace where nspname like '%notes%'`,
    );
    await home.database.knex('core.plugin_operations').where({ id: operation }).delete();
    const { plugin, orphans } = await lifecycle.restore('notes', 'operator');

    expect(removed).to.include({ state: 'archived' });
    expect(schemas)
      .to.have.length(1)
      .and.satisfy(([name]: string[]) => /^archived_p_notes_\d+$/.test(name ?? ''));
    expect(orphans).to.deep.equal([{ table: 'p_notes.notes', column: 'id', count: 1 }]);
    expect(plugin).to.include({ state: 'disabled' });
    expect(await home.scalar('select text as value from p_notes.notes')).to.equal('kept');
    expect(
      await home.scalar(
        `select convalidated as value from pg_constraint where conrelid = 'p_notes.notes'::regclass and contype = 'f'`,
      ),
    ).to.equal(false);
  }).timeout(10_000);

  it('purges only what was removed, and writes all rows to a file before', async () => {
    await writePlugin(home.pluginsDir, { id: 'notes', migrations: [createNotes] });
    const { lifecycle } = await home.start();
    await lifecycle.enable('notes', 'operator');
    const operation = await home.scalar('select id as value from core.plugin_operations limit 1');
    await home.database.knex('p_notes.notes').insert({ id: operation, text: 'line\nbreak "quoted"' });

    const early = await codeOf(lifecycle.purge('notes', 'operator'));
    await lifecycle.remove('notes', 'operator');
    const file = await lifecycle.purge('notes', 'operator');

    expect(early).to.equal('plugin_not_archived');
    expect(
      (await readFile(file, 'utf8'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).to.deep.equal([{ table: 'notes', row: { id: operation, text: 'line\nbreak "quoted"', plugin_id: null } }]);
    expect(await home.scalar(`select count(*) as value from pg_namespace where nspname like '%notes%'`)).to.equal(0);
    expect(await home.scalar(`select count(*) as value from core.migrations where module = 'notes'`)).to.equal(0);
    expect(await codeOf(lifecycle.get('notes'))).to.equal('nothing was thrown');
    expect(await lifecycle.get('notes')).to.include({ state: 'staged' });
  }).timeout(10_000);

  it('changes settings for the next calls and refuses wrong ones', async () => {
    const settings = `settings: { schema: { type: 'object', properties: { days: { type: 'integer', minimum: 1, default: 7 }, key: { type: 'string', default: '', secret: true } } } },`;
    await writePlugin(home.pluginsDir, { id: 'notes', members: settings });
    const { lifecycle, generations } = await home.start();
    await lifecycle.enable('notes', 'operator');
    const before = generations.current().settings.get('notes');

    await lifecycle.settings.change('notes', { days: 3, key: 'hush' });

    expect(before).to.deep.equal({ days: 7, key: '' });
    expect(generations.current().settings.get('notes')).to.deep.equal({ days: 3, key: 'hush' });
    expect((await lifecycle.settings.get('notes')).values).to.deep.equal({ days: 3, key: '••••••••' });
    expect(await codeOf(lifecycle.settings.change('notes', { days: 0 }))).to.equal('invalid_settings');
    expect(await codeOf(lifecycle.settings.change('notes', { dayz: 1 }))).to.equal('invalid_settings');
  });

  it('plans without running the code', async () => {
    await writePlugin(home.pluginsDir, { id: 'notes', migrations: [createNotes] });
    const folder = await writePlugin(home.pluginsDir, {
      id: 'wall',
      trellis: { requires: { notes: '^1.0.0' }, capabilities: ['core.account:read'] },
    });
    await writeFile(join(folder, 'dist', 'index.js'), 'throw new Error("must not run")');
    const { lifecycle } = await home.start();

    const plan = await lifecycle.plan('wall', 'enable');

    expect(plan).to.deep.include({ together: ['notes'], capabilities: ['core.account:read'], obstacles: [] });
    expect(plan.steps).to.include('enable notes, which wall requires');
  });

  it('finishes an operation that a crash interrupted', async () => {
    await writePlugin(home.pluginsDir, { id: 'notes', migrations: [createNotes], register: route });
    const crashed = await home.start();
    await crashed.close();
    await home.database.knex('core.plugin_operations').insert({
      id: uuidV7(),
      plugin: 'notes',
      operation: 'enable',
      step: 'migrate',
      state: 'running',
      actor: 'operator',
    });

    const { lifecycle, generations } = await home.start();

    expect(await lifecycle.get('notes')).to.include({ state: 'active' });
    expect(generations.current().match('GET', '/api/v1/notes/notes')).to.have.property('kind', 'found');
    expect((await lifecycle.operations('notes'))[0]).to.include({ state: 'done', attempt: 2 });
  });

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

  describe('when something is wrong', () => {
    it('applies nothing of a failing migration and says why', async () => {
      await writePlugin(home.pluginsDir, {
        id: 'notes',
        migrations: [createNotes, { name: '20260102000000_broken', phase: 'expand', up: `await sql('select broken')` }],
      });
      const { lifecycle } = await home.start();

      const code = await codeOf(lifecycle.enable('notes', 'operator'));

      expect(code).to.equal('migration_failed');
      expect(await lifecycle.get('notes'))
        .to.include({ state: 'staged' })
        .and.have.property('reason')
        .that.contains('column "broken" does not exist');
      expect(await home.scalar(`select to_regnamespace('p_notes') as value`)).to.equal(null);
      expect((await lifecycle.operations('notes'))[0]).to.include({ state: 'failed', step: 'migrate' });
    });

    it('shows a broken manifest as quarantined with file, pointer and remedy, and mends when it is mended', async () => {
      const folder = await writePlugin(home.pluginsDir, { id: 'notes', trellis: { colour: 'red' } }).catch(() =>
        join(home.pluginsDir, 'notes'),
      );
      const first = await home.start();
      const broken = await first.lifecycle.get('notes');
      await rm(folder, { recursive: true });
      await writePlugin(home.pluginsDir, { id: 'notes' });
      const second = await home.start();

      expect(broken)
        .to.include({ state: 'quarantined' })
        .and.have.property('reason')
        .that.contains('/trellis/colour: is not known here');
      expect(await second.lifecycle.get('notes')).to.include({ state: 'staged', reason: null });
    });

    it('refuses an SDK that does not fit', async () => {
      await writePlugin(home.pluginsDir, { id: 'notes', trellis: { sdk: '^9.0.0' } });
      const { lifecycle } = await home.start();

      expect(await codeOf(lifecycle.enable('notes', 'operator'))).to.equal('sdk_mismatch');
      expect((await lifecycle.plan('notes', 'enable')).obstacles).to.deep.equal([
        'notes 1.0.0 needs SDK ^9.0.0, this is 0.1.0',
      ]);
    });

    it('refuses code that throws while registering or differs from its manifest', async () => {
      await writePlugin(home.pluginsDir, { id: 'notes', register: `throw new Error('no luck');` });
      const folder = await writePlugin(home.pluginsDir, { id: 'wall' });
      await writeFile(join(folder, 'dist', 'index.js'), `export default { register(host) { ${route} } };`);
      const { lifecycle } = await home.start();

      expect(await codeOf(lifecycle.enable('notes', 'operator'))).to.equal('registration_failed');
      expect(await codeOf(lifecycle.enable('wall', 'operator'))).to.equal('manifest_outdated');
      expect(await lifecycle.get('wall'))
        .to.have.property('reason')
        .that.contains('differs from its code in "routes"');
    });

    it('starts without a plugin that is missing from disk and what requires it, and takes them up again', async () => {
      const notes = { id: 'notes', register: route };
      const folder = await writePlugin(home.pluginsDir, notes);
      await writePlugin(home.pluginsDir, { id: 'wall', trellis: { requires: { notes: '^1.0.0' } } });
      const before = await home.start();
      await before.lifecycle.enable('wall', 'operator', { withRequired: true });
      await before.close();
      await rm(folder, { recursive: true });

      const without = await home.start();
      const states = await without.lifecycle.list();
      await without.close();
      await writePlugin(home.pluginsDir, notes);
      const again = await home.start();

      expect(states.map(({ id, state }) => `${id} ${state}`)).to.deep.equal(['notes quarantined', 'wall quarantined']);
      expect(states[0]?.reason).to.contain('notes is missing from disk');
      expect(states[1]?.reason).to.contain('wall requires notes');
      expect(without.generations.current().match('GET', '/api/v1/notes/notes')).to.have.property(
        'kind',
        'plugin-disabled',
      );
      expect(without.work).to.include.members(['pause notes', 'pause wall']);
      expect((await again.lifecycle.list()).map(({ state }) => state)).to.deep.equal(['active', 'active']);
      expect(again.work).to.include('resume notes');
    });

    it('quarantines after three failed starts in a short time', async () => {
      const folder = await writePlugin(home.pluginsDir, { id: 'notes' });
      const before = await home.start();
      await before.lifecycle.enable('notes', 'operator');
      await rm(folder, { recursive: true });
      for (const _ of [1, 2, 3]) await (await home.start()).close();

      expect(await home.scalar(`select state as value from core.plugins where id = 'notes'`)).to.equal('quarantined');
    });

    it('shows a plugin whose tables belong to a newer version as needs-upgrade, and serves the rest', async () => {
      await writePlugin(home.pluginsDir, { id: 'notes', migrations: [createNotes], register: route });
      const before = await home.start();
      await before.lifecycle.enable('notes', 'operator');
      await before.close();
      await home.database
        .knex('core.migrations')
        .insert({ module: 'notes', name: '20270101000000_drop', phase: 'contract', hash: 'x', duration_ms: 1 });

      const { lifecycle } = await home.start();

      expect(await lifecycle.get('notes'))
        .to.include({ state: 'needs-upgrade' })
        .and.have.property('reason')
        .that.contains('newer version of notes');
    });
  });
});
