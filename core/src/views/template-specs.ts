import { runInThisContext } from 'node:vm';

import Handlebars from 'handlebars';

import type { TemplateFile } from './template-files.js';
import { parseTemplate } from './template-source.js';

type Options = Omit<PrecompileOptions, 'knownHelpers'> & { readonly knownHelpers: Readonly<Record<string, boolean>> };

/**
 * Compiled templates by what they were made of, for the life of the process: when a plugin comes or goes, the templates of all others are
 * what they were. A spec is code without state, so the Handlebars of each generation makes a template of its own of it.
 */
const specs = new Map<string, TemplateSpecification>();

/** All of a workspace with a hundred plugins; beyond, the oldest go. */
const mostSpecs = 10_000;

/** @returns what compiles a file, or gives what was compiled of the same before @throws TemplateError */
export function createSpecs(options: Options): (file: TemplateFile) => TemplateSpecification {
  const before = JSON.stringify(options);
  return (file) => {
    const { name, namespace, path, source } = file;
    const key = [before, name, namespace, path, source].join('\0');
    const spec = specs.get(key) ?? compile(file, options);
    specs.delete(key);
    specs.set(key, spec);
    const [oldest] = specs.keys();
    if (specs.size > mostSpecs && oldest !== undefined) specs.delete(oldest);
    return spec;
  };
}

/** What the compiler writes is code of ours, which Handlebars would run itself if it were not to be kept. */
function compile(file: TemplateFile, options: Options): TemplateSpecification {
  const code = Handlebars.precompile(parseTemplate(file), options) as string;
  return runInThisContext(`(${code})`, { filename: `${file.name}.hbs` }) as TemplateSpecification;
}
