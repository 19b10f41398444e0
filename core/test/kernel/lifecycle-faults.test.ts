import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { openHome, type TestHome, type TestProcess } from './lifecycle-host.js';
import { createNotes, writePlugin } from './plugin-fixtures.js';

const route = `host.routes({ 'GET /notes': { access: 'signed-in', handle: async () => ({}) } });`;

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'nothing was thrown',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
}

describe('a plugin with which something is wrong', () => {
  let home: TestHome;

  beforeEach(async () => {
    home = await openHome();
  });

  afterEach(() => home.close());

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
    await before.close();
    await rm(folder, { recursive: true });
    for (const _ of [1, 2, 3]) await (await home.start()).close();

    expect(await home.scalar(`select state as value from core.plugins where id = 'notes'`)).to.equal('quarantined');
  });

  it('lets deliveries and jobs go on as long as another process runs the plugin', async () => {
    const folder = await writePlugin(home.pluginsDir, { id: 'notes' });
    const healthy = await home.start();
    await healthy.lifecycle.enable('notes', 'operator');
    await healthy.lifecycle.followed();
    await rm(folder, { recursive: true });

    const faulty: TestProcess[] = [];
    for (const _ of [1, 2, 3]) faulty.push(await home.start());
    const state = await home.scalar(`select state as value from core.plugins where id = 'notes'`);
    await healthy.close();
    const last = await home.start();

    expect(faulty.flatMap(({ work }) => work)).to.not.include('pause notes');
    expect(state).to.equal('active');
    expect((await faulty[0]?.lifecycle.get('notes'))?.state).to.equal('quarantined');
    expect(await home.scalar(`select reason as value from core.plugins where id = 'notes'`)).to.contain(
      'notes is missing from disk',
    );
    expect(last.work).to.include('pause notes');
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
