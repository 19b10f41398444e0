import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderManifest } from '../../dist/kernel/manifest/write-manifest.js';

/** A migration of a fixture: its `up` as JavaScript source. */
export interface FixtureMigration {
  readonly name: string;
  readonly phase: string;
  readonly up: string;
}

/** A plugin to be written to disk: facts of its package, and the members of its definition as JavaScript source. */
export interface FixturePlugin {
  readonly id: string;
  readonly version?: string;
  readonly trellis?: Readonly<Record<string, unknown>>;
  readonly migrations?: readonly FixtureMigration[];
  /** Members of the definition beside migrations and register. */
  readonly members?: string;
  /** Body of `register(host)`. */
  readonly register?: string;
}

/** Writes a built plugin below `parent`, manifest included. @returns its folder */
export async function writePlugin(parent: string, plugin: FixturePlugin): Promise<string> {
  const folder = join(parent, plugin.id);
  await mkdir(join(folder, 'dist'), { recursive: true });
  await mkdir(join(folder, 'src', 'migrations'), { recursive: true });
  const migrations = plugin.migrations ?? [];
  for (const { name, up } of migrations) await writeFile(join(folder, 'src', 'migrations', `${name}.ts`), up);
  await writeFile(join(folder, 'package.json'), JSON.stringify(packageOf(plugin), null, 2));
  await writeFile(join(folder, 'dist', 'index.js'), codeOf(plugin, migrations));
  await writeFile(join(folder, 'manifest.json'), await manifestOf(folder, plugin, migrations));
  return folder;
}

/** A table `notes` with a reference to another one that every test database has. */
export const createNotes: FixtureMigration = {
  name: '20260101000000_create-notes',
  phase: 'expand',
  up: `await schema.createTable('notes', (table) => {
    table.uuid('id').notNullable();
    table.primary(['id']);
    table.text('text');
    table.text('plugin_id');
    table.foreign('id', 'core.plugin_operations', { onDelete: 'cascade' });
  });`,
};

function packageOf({ id, version = '1.0.0', trellis }: FixturePlugin): object {
  return {
    name: `plugin-${id}`,
    version,
    type: 'module',
    exports: { '.': './dist/index.js' },
    trellis: { id, kind: 'plugin', sdk: '^0.1.0', ...trellis },
  };
}

function codeOf({ members = '', register = '' }: FixturePlugin, migrations: readonly FixtureMigration[]): string {
  const list = migrations.map(
    ({ name, phase, up }) => `{ name: '${name}', phase: '${phase}', async up({ schema, sql, inBatches }) { ${up} } }`,
  );
  return `export default { migrations: [${list.join(',')}], ${members} register(host) { ${register} } };\n`;
}

/** The real manifest, or an empty one for plugins whose register throws. */
async function manifestOf(
  folder: string,
  plugin: FixturePlugin,
  migrations: readonly FixtureMigration[],
): Promise<string> {
  // Imported under another name: the code is loaded for the first time when the test does.
  const copy = join(`${folder}/../../drafts`, `${plugin.id}-${String(process.hrtime.bigint())}`);
  await mkdir(join(copy, 'dist'), { recursive: true });
  await mkdir(join(copy, 'src', 'migrations'), { recursive: true });
  for (const { name, up } of migrations) await writeFile(join(copy, 'src', 'migrations', `${name}.ts`), up);
  await writeFile(join(copy, 'package.json'), JSON.stringify(packageOf(plugin)));
  await writeFile(
    join(copy, 'dist', 'index.js'),
    codeOf(
      { ...plugin, register: plugin.register?.includes('throw') === true ? '' : (plugin.register ?? '') },
      migrations,
    ),
  );
  return renderManifest(copy);
}
