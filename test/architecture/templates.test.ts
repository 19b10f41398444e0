import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const sheets = listFiles(join(root, 'core/assets/css'), '.css').map((path) =>
  readFileSync(join(root, 'core/assets/css', path), 'utf8'),
);
const styled = new Set([...sheets.join('\n').matchAll(/\.([a-z][\w-]*)/g)].map(([, name = '']) => name));

describe('templates of core and plugins', () => {
  for (const module of listModules()) {
    it(`find each text they name in the English catalogue of ${module.id}`, () => {
      const texts = new Set(englishKeys(join(module.path, 'locales')));

      const missing = module.templates.flatMap(({ path, text }) =>
        keysIn(text)
          .filter((key) => !texts.has(key))
          .map((key) => `${path}: ${key}`),
      );

      expect(missing).to.deep.equal([]);
    });

    it(`use classes that the kit has styles for, in ${module.id}`, () => {
      const missing = module.templates.flatMap(({ path, text }) =>
        classesIn(text)
          .filter((name) => !styled.has(name))
          .map((name) => `${path}: ${name}`),
      );

      expect(missing).to.deep.equal([]);
    });

    it(`say in their first line what they are given, in ${module.id}`, () => {
      const silent = module.templates.filter(({ text }) => !/^\{\{!-- .*Context: .* --\}\}\n/.test(text));

      expect(silent.map(({ path }) => path)).to.deep.equal([]);
    });
  }

  it('would be found out: a key and a class that nobody knows', () => {
    expect(keysIn('{{t "gone.key" n=1}} {{> ui-tag label=(t "other.key")}}')).to.deep.equal(['gone.key', 'other.key']);
    expect(classesIn('<p class="card {{#if a}}gone{{/if}} {{or b "x"}}">')).to.deep.equal(['card', 'gone']);
  });
});

interface Module {
  readonly id: string;
  readonly path: string;
  readonly templates: readonly { readonly path: string; readonly text: string }[];
}

/** Core and each plugin that has templates. */
function listModules(): Module[] {
  const plugins = readdirSync(join(root, 'plugins')).map((id) => ({ id, path: join(root, 'plugins', id) }));
  return [{ id: 'core', path: join(root, 'core') }, ...plugins]
    .map((module) => ({ ...module, templates: readTemplates(join(module.path, 'views')) }))
    .filter(({ templates }) => templates.length > 0);
}

function readTemplates(folder: string): Module['templates'] {
  return listFiles(folder, '.hbs').map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
}

function listFiles(folder: string, extension: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith(extension));
}

/** Of `en.json` and of the parts in `en`. */
function englishKeys(folder: string): string[] {
  const paths = listFiles(folder, '.json').filter((path) => path === 'en.json' || dirname(path) === 'en');
  return paths.flatMap((path) => Object.keys(JSON.parse(readFileSync(join(folder, path), 'utf8')) as object));
}

/** Keys that a template names itself; those of other modules (`core:…`) are theirs to check. */
function keysIn(text: string): string[] {
  return [...text.matchAll(/[{(]t "([^":]+)"/g)].map(([, key = '']) => key);
}

/** Names that are written out; one glued together with a value (`column-{{name}}`) cannot be known here. */
function classesIn(text: string): string[] {
  const branches = /\{\{(?:#|\/|else)[^}]*\}\}/g;
  const plain = text.replace(branches, ' ').replace(/\{\{[^}]*\}\}/g, '{}');
  const names = [...plain.matchAll(/\sclass="([^"]*)"/g)].flatMap(([, list = '']) => list.split(/\s+/));
  return names.filter((name) => name !== '' && !name.includes('{}'));
}
