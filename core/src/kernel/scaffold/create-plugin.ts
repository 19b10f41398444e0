import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConflictError, SDK_VERSION, ValidationError } from '@trellis-crm/sdk';
import { schemaOf } from '../../database/migrator/index.js';
import { pluginIdPattern, reservedIds } from '../registration-checks.js';

/** A plugin that was just written. */
export interface CreatedPlugin {
  readonly id: string;
  readonly folder: string;
  /** Paths below the folder. */
  readonly files: readonly string[];
}

/**
 * Writes a small working plugin into a new folder, and enters it among the projects of the workspace it lies in, if any.
 * @throws ValidationError `invalid_plugin_id`; ConflictError `folder_exists`
 */
export async function createPlugin(id: string, folder: string, now: Date): Promise<CreatedPlugin> {
  checkId(id);
  if ((await stat(folder).catch(() => undefined)) !== undefined) {
    throw new ConflictError(
      'folder_exists',
      { folder },
      { message: `${folder} exists already; choose another id or folder` },
    );
  }
  const words = wordsOf(id, now);
  const files: string[] = [];
  for (const template of await listTemplates()) {
    const file = fill(template.slice(0, -suffix.length), words);
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), fill(await readFile(join(templates, template), 'utf8'), words));
    files.push(file);
  }
  await enterProject(folder);
  return { id, folder, files };
}

const templates = fileURLToPath(new URL('../../../scaffold/plugin', import.meta.url));
const suffix = '.template';

async function listTemplates(): Promise<readonly string[]> {
  const entries = await readdir(templates, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(templates, join(entry.parentPath, entry.name)));
  return files.sort();
}

function checkId(id: string): void {
  const problem = !pluginIdPattern.test(id)
    ? 'must be lower-case letters, digits and "-", 3 to 31 characters, beginning with a letter'
    : reservedIds.has(id)
      ? 'belongs to core; choose another one'
      : undefined;
  if (problem === undefined) return;
  throw new ValidationError('invalid_plugin_id', { id }, { message: `The id "${id}" ${problem}` });
}

type Words = Readonly<Record<string, string>>;

function wordsOf(id: string, now: Date): Words {
  const title = id.replaceAll('-', ' ');
  return {
    __id__: id,
    __title__: title.charAt(0).toUpperCase() + title.slice(1),
    __schema__: schemaOf(id),
    __sdk__: SDK_VERSION,
    __moment__: momentOf(now),
  };
}

/** `YYYYMMDDHHMMSS` in UTC, as names of migrations begin. */
export function momentOf(now: Date): string {
  return now.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14);
}

function fill(text: string, words: Words): string {
  return Object.entries(words).reduce((filled, [word, value]) => filled.replaceAll(word, value), text);
}

/** A plugin beside others of a workspace is built with them: `tsc -b` builds what the root's tsconfig.json refers to. */
async function enterProject(folder: string): Promise<void> {
  const path = join(dirname(dirname(folder)), 'tsconfig.json');
  const text = await readFile(path, 'utf8').catch(() => '');
  const project = `${basename(dirname(folder))}/${basename(folder)}`;
  if (text.includes(`"${project}"`)) return;
  // As text: the file keeps the form its formatter gave it.
  const entered = text.replace(lastReference, `$1,\n    { "path": "${project}" }$2`);
  if (entered !== text) await writeFile(path, entered);
}

const lastReference = /(\{\s*"path":\s*"[^"]+"\s*\})(\s*\]\s*\}\s*)$/;
