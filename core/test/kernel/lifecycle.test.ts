import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { readFile, writeFile } from 'node:fs/promises';
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
    expect(await home.scalar(`select settings::text as value from core.plugins`)).to.not.contain('hush');
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
});
