import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConflictError, ValidationError } from '@trellis-crm/sdk';
import { renderMigrations, type MigrationRequest, type RenderedMigration } from './render-migration.js';

/** What was written. */
export interface AddedMigrations {
  /** Paths below the plugin's folder. */
  readonly files: readonly string[];
  /** Whether `src/migrations/index.ts` lists them now; otherwise a person has to. */
  readonly isListed: boolean;
}

/**
 * Writes the migrations that close the difference between declaration and tables, and lists them.
 * @throws ValidationError `invalid_name`; ConflictError `no_difference`
 */
export async function addMigrations(folder: string, request: MigrationRequest): Promise<AddedMigrations> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(request.name)) {
    throw new ValidationError(
      'invalid_name',
      {},
      { message: `The name "${request.name}" must be kebab-case, for instance add-priority` },
    );
  }
  const migrations = renderMigrations(request);
  if (migrations.length === 0)
    throw new ConflictError(
      'no_difference',
      {},
      { message: 'The tables have all that the plugin declares; there is nothing to write' },
    );
  const sources = join('src', 'migrations');
  for (const { name, text } of migrations) await writeFile(join(folder, sources, `${name}.ts`), text, { flag: 'wx' });
  const isListed = await listMigrations(join(folder, sources, 'index.ts'), migrations);
  return { files: migrations.map(({ name }) => join(sources, `${name}.ts`)), isListed };
}

const list = /(: readonly Migration\[\] = \[)([^\]]*?)(,?\s*)\]/;

/** Only a list of the usual form is changed. */
async function listMigrations(path: string, migrations: readonly RenderedMigration[]): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch(() => '');
  if (!list.test(text)) return false;
  const imports = migrations.map(({ name, constant }) => `import { ${constant} } from './${name}.js';\n`).join('');
  const names = migrations.map(({ constant }) => constant).join(', ');
  const listed = text.replace(
    list,
    (_, head: string, members: string) => `${head}${members.trim() === '' ? '' : `${members}, `}${names}]`,
  );
  const lastImport = listed.lastIndexOf('\n', listed.lastIndexOf("';\n", listed.search(/\n(\/\*\*|export)/) + 1)) + 1;
  const end = listed.indexOf('\n', lastImport) + 1;
  await writeFile(path, `${listed.slice(0, end)}${imports}${listed.slice(end)}`);
  return true;
}
