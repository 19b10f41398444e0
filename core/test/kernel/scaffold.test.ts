import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { createTestDatabase, type TestDatabase } from '../../dist/testing/index.js';
import { findTestFolder } from '../../dist/testing/test-folder.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));

describe('trellis plugin', () => {
  let home: string;
  let database: TestDatabase;
  let folder: string;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'trellis-author-'));
    database = await createTestDatabase();
    folder = join(home, 'plugins', 'memo');
    await symlink(join(root, 'node_modules'), join(home, 'node_modules'), 'junction');
  });

  after(async () => {
    await database.drop();
    await rm(await findTestFolder(folder, 'test-database'), { recursive: true, force: true });
    await rm(home, { recursive: true, force: true });
  });

  /** Runs the command line as a person would, on the test's own database and folders. */
  async function trellis(...args: readonly string[]): Promise<string> {
    const env = {
      ...process.env,
      DATABASE_URL: database.url,
      TRELLIS_DATA_DIR: join(home, 'data'),
      TRELLIS_PLUGINS_DIR: join(home, 'plugins'),
    };
    const { stdout } = await run(process.execPath, [join(root, 'core/dist/cli/main.js'), ...args], { cwd: root, env });
    return stdout;
  }

  async function build(): Promise<void> {
    await run(process.execPath, [join(root, 'node_modules/@typescript/native/bin/tsc'), '-b', '.', 'test'], {
      cwd: folder,
    });
    await trellis('plugin', 'manifest', folder);
  }

  /** PostgreSQL notes its process in its folder for as long as it runs. */
  async function runningServers(): Promise<readonly string[]> {
    const files = await readdir(await findTestFolder(folder, 'test-database'), { recursive: true });
    return files.filter((file) => file.endsWith('postmaster.pid'));
  }

  it('create writes a plugin that builds, passes its own tests and can be enabled', async () => {
    await trellis('plugin', 'create', 'memo');
    await build();
    const tests = await run(process.execPath, [join(root, 'node_modules/mocha/bin/mocha.js'), 'dist-test'], {
      cwd: folder,
    });
    const plan = await trellis('plugin', 'plan', 'memo');
    const enabled = await trellis('plugin', 'enable', 'memo');

    expect(tests.stdout).to.contain('3 passing');
    expect(await runningServers(), 'servers that the tests left').to.deep.equal([]);
    expect(plan).to.contain('in schema p_memo');
    expect(enabled).to.contain('memo 0.1.0 is active');
  }).timeout(90_000);

  it('migration writes what a changed entity lacks, and the plugin runs with it', async () => {
    const entity = join(folder, 'src/notes/note.entity.ts');
    const changed = (await readFile(entity, 'utf8')).replace(
      'isPinned: field',
      `budget: field.money(),
    dueOn: field.date({ index: true }),
    mood: field.choice(['calm', 'cross'], { default: 'calm' }),
    follows: field.ref('self', { onDelete: 'clear' }),
    links: field.list({ label: field.text({ required: true }), address: field.url() }),
    isPinned: field`,
    );
    await writeFile(entity, changed);
    await build();

    const written = await trellis('plugin', 'migration', 'memo', 'add-details');
    const files = (await readdir(join(folder, 'src/migrations'))).filter((file) => file.includes('add-details'));
    await build();
    const enabled = await trellis('plugin', 'enable', 'memo');
    const health = await trellis('plugin', 'doctor', 'memo');

    expect(written).to.contain('add-details.ts');
    expect(files).to.have.length(2);
    expect(enabled).to.contain('memo 0.1.0 is active');
    expect(health).to.contain('Nothing is wrong.');
  }).timeout(90_000);

  it('says what is wrong with a plugin that cannot run', async () => {
    await rm(join(folder, 'dist/plugin.js'));

    const list = JSON.parse(await trellis('plugin', 'list', '--json')) as readonly {
      readonly state: string;
      readonly reason: string;
    }[];

    expect(list[0])
      .to.include({ state: 'quarantined' })
      .and.have.property('reason')
      .that.contains('its code cannot be loaded');
  }).timeout(30_000);
});
