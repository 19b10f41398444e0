import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

import { checkTemplate, TemplateError } from './template-check.js';

/** One template as it lies on disk, already checked. */
export interface TemplateFile {
  /** How it is addressed: `sales:deals/board`; the kit's partials go by their file name, `ui-card`. */
  readonly name: string;
  readonly namespace: string;
  /** Path below `views`, without extension. */
  readonly path: string;
  readonly source: string;
  /** Its first-line comment: what it is and the context it takes. */
  readonly description: string | undefined;
}

/**
 * Reads a module's templates, sorted by name.
 *
 * @throws TemplateError for one that breaks a rule, or when a plugin claims a `ui-` name, which belongs to core
 */
export function readTemplates(source: { readonly namespace: string; readonly viewsDir?: string }): TemplateFile[] {
  const { namespace, viewsDir } = source;
  if (viewsDir === undefined) return [];
  return listTemplates(viewsDir).map((path) => {
    const name = nameOf(namespace, path);
    const text = readFileSync(join(viewsDir, `${path}.hbs`), 'utf8');
    checkTemplate(name, text);
    return { name, namespace, path, source: text, description: /^\{\{!--\s*([\s\S]*?)\s*--\}\}/.exec(text)?.[1] };
  });
}

function listTemplates(viewsDir: string): string[] {
  const files = readdirSync(viewsDir, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.hbs'));
  return files.map((file) => file.slice(0, -'.hbs'.length).split(sep).join('/')).sort();
}

function nameOf(namespace: string, path: string): string {
  const file = path.slice(path.lastIndexOf('/') + 1);
  if (!file.startsWith('ui-')) return `${namespace}:${path}`;
  if (namespace !== 'core')
    throw new TemplateError(`${namespace}:${path}`, 'names that start with ui- belong to the core kit');
  return file;
}
