import Handlebars, { type HelperDelegate, type TemplateDelegate } from 'handlebars';

import { readTemplates } from './template-files.js';
import { createSpecs } from './template-specs.js';

/** The templates of one generation, each compiled when it is first used. */
export interface TemplateSet {
  /** @throws Error when there is none of that name */
  find(name: string): TemplateDelegate;
  has(name: string): boolean;
  /** First-line comment of a template. */
  describe(name: string): string | undefined;
  /** @throws TemplateError for the first template that does not compile */
  verify(): void;
}

/** Reads and checks the modules' templates, in a Handlebars of their own that knows these helpers and no others. */
export function createTemplateSet(
  sources: readonly { readonly namespace: string; readonly viewsDir?: string }[],
  helpers: Readonly<Record<string, HelperDelegate>>,
): TemplateSet {
  const handlebars = Handlebars.create();
  handlebars.unregisterHelper('log');
  handlebars.registerHelper(helpers);
  const files = new Map(sources.flatMap(readTemplates).map((file) => [file.name, file]));
  const knownHelpers = Object.fromEntries(Object.keys(helpers).map((name) => [name, true]));
  const options = { ...strictOptions, knownHelpers, knownHelpersOnly: true };
  const specOf = createSpecs(options);
  const templates = new Map(
    [...files].map(([name, file]) => [name, lazily(() => handlebars.template<unknown>(specOf(file)))]),
  );
  handlebars.registerPartial(Object.fromEntries(templates));
  return {
    find(name) {
      const template = templates.get(name);
      if (!template) throw new Error(`There is no template named ${name}`);
      return template;
    },
    has: (name) => templates.has(name),
    describe: (name) => files.get(name)?.description,
    verify() {
      for (const file of files.values()) specOf(file);
    },
  };
}

function lazily(compile: () => TemplateDelegate): TemplateDelegate {
  let compiled: TemplateDelegate | undefined;
  return (context, options) => (compiled ??= compile())(context, options);
}

/** A missing field is an error, and a partial sees only what it is given. */
const strictOptions = { strict: true, preventIndent: true, explicitPartialContext: true };
