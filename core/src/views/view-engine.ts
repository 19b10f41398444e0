import Handlebars, { type TemplateDelegate } from 'handlebars';

import type { AssetRegistry } from './asset-registry.js';
import { createFormatters } from './formatters.js';
import type { IconSet } from './icon.js';
import { createMessageCatalogue, type Messages, type MissingMessage } from './message-catalogue.js';
import type { PageModel, ShellModel } from './page-model.js';
import { renderDocument, renderFragment } from './page-renderer.js';
import { SafeHtml } from './safe-html.js';
import { createHelpers } from './template-helpers.js';
import { readTemplates } from './template-files.js';
import { parseTemplate } from './template-source.js';
import type { ViewEnv } from './view-env.js';

/** Templates and texts of one module: core or a plugin. */
export interface ViewSource {
  /** `core` or a plugin's id; templates are addressed as `<namespace>:<path>`. */
  readonly namespace: string;
  /** Folder with `.hbs` files; absent when the module has no templates. */
  readonly viewsDir?: string;
  readonly messages?: Messages;
}

/** What an engine is made of. Assets and icons are shared between generations, the engine is not. */
export interface ViewEngineOptions {
  readonly sources: readonly ViewSource[];
  readonly assets: AssetRegistry;
  readonly icons: IconSet;
  readonly onMissingMessage?: (missing: MissingMessage) => void;
}

/** Renders the templates of one generation. */
export interface ViewEngine {
  /** @param template e.g. `core:list` or `sales:deals/board` @throws Error when it does not exist or a field it prints is missing */
  render(template: string, context: object, env: ViewEnv): SafeHtml;
  /** A whole document. */
  page(page: PageModel, env: ViewEnv, shell?: ShellModel): SafeHtml;
  /** What htmx gets: the title and the page's blocks, or only the one named. */
  fragment(page: PageModel, env: ViewEnv, block?: string): SafeHtml;
  has(template: string): boolean;
  /** First-line comment of a template. */
  describe(template: string): string | undefined;
  /** Translates outside a template, e.g. for a page title; `key` is absolute (`core:ui.close`) or relative to `namespace`. */
  translate(
    env: Pick<ViewEnv, 'locale'>,
    namespace: string,
    key: string,
    values?: Readonly<Record<string, unknown>>,
  ): string;
  /** Whether a module's catalogue has a text, in the reader's language or one it falls back to. */
  hasText(env: Pick<ViewEnv, 'locale'>, namespace: string, key: string): boolean;
  readonly formatters: ReturnType<typeof createFormatters>;
  /** Compiles every template. @throws TemplateError for the first one that is wrong; tests and `plugin plan` call it. */
  verify(): void;
}

/** Reads and checks all templates; each is compiled when it is first rendered, then kept as long as the engine. */
export function createViewEngine(options: ViewEngineOptions): ViewEngine {
  const handlebars = Handlebars.create();
  const formatters = createFormatters();
  const catalogue = createMessageCatalogue(
    options.sources.map(({ namespace, messages = {} }) => ({ namespace, messages })),
    options.onMissingMessage,
  );
  const helpers = createHelpers({ ...options, catalogue, formatters, renderPartial });
  handlebars.unregisterHelper('log');
  handlebars.registerHelper(helpers);
  const files = options.sources.flatMap(readTemplates);
  const compileOptions = { ...strictOptions, knownHelpers: namesOf(helpers) };
  const templates = new Map(
    files.map((file) => [file.name, lazily(() => handlebars.compile(parseTemplate(file), compileOptions))]),
  );
  handlebars.registerPartial(Object.fromEntries(templates));

  const engine: ViewEngine = {
    render: (template, context, env) => SafeHtml.trust(find(template)(context, { data: { env } })),
    page: (page, env, shell) => renderDocument(engine, page, env, shell),
    fragment: (page, env, block) => renderFragment(engine, page, env, block),
    has: (template) => templates.has(template),
    describe: (template) => files.find(({ name }) => name === template)?.description,
    hasText: (env, namespace, key) => catalogue.has(env.locale, namespace, key),
    translate: (env, namespace, key, values) => catalogue.translate(env.locale, namespace, key, values),
    formatters,
    verify: () => {
      for (const file of files) handlebars.precompile(parseTemplate(file), compileOptions);
    },
  };
  return engine;

  function find(name: string): TemplateDelegate {
    const template = templates.get(name);
    if (!template) throw new Error(`There is no template named ${name}`);
    return template;
  }

  function renderPartial(name: string, context: object, data: unknown): string {
    return find(name)(context, { data });
  }
}

function namesOf(helpers: object): Record<string, boolean> {
  return Object.fromEntries(Object.keys(helpers).map((name) => [name, true]));
}

function lazily(compile: () => TemplateDelegate): TemplateDelegate {
  let compiled: TemplateDelegate | undefined;
  return (context, options) => (compiled ??= compile())(context, options);
}

/** A missing field is an error, and a partial sees only what it is given. */
const strictOptions = { strict: true, preventIndent: true, explicitPartialContext: true };
