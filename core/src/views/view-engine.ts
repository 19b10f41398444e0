import type { AssetRegistry } from './asset-registry.js';
import { createFormatters } from './formatters.js';
import type { HoledMarkup } from './holed-markup.js';
import type { IconSet } from './icon.js';
import { createKept, type Kept } from './kept.js';
import { createMessageCatalogue, type Messages, type MissingMessage } from './message-catalogue.js';
import type { PageModel, ShellModel } from './page-model.js';
import { renderDocument, renderFragment } from './page-renderer.js';
import { SafeHtml } from './safe-html.js';
import { createHelpers } from './template-helpers.js';
import { createTemplateSet } from './template-set.js';
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
  /** BCP 47 tags of the languages that core's own texts are in. */
  readonly languages: readonly string[];
  /** Whether a module's catalogue has a text, in the reader's language or one it falls back to. */
  hasText(env: Pick<ViewEnv, 'locale'>, namespace: string, key: string): boolean;
  readonly formatters: ReturnType<typeof createFormatters>;
  /** Whether the catalogue has a text whose key begins with `<prefix>.`, in any language. */
  hasTextsBelow(namespace: string, prefix: string): boolean;
  /** Parts of pages that many requests show alike; they go with the generation. */
  readonly fragments: Kept<SafeHtml>;
  /** The same with holes. */
  readonly holed: Kept<HoledMarkup>;
  /** Compiles every template. @throws TemplateError for the first one that is wrong; tests and `plugin plan` call it. */
  verify(): void;
}

/** Cells and headings, most of them below 1 KB. */
const keptFragments = 2_000;
/** Forms of rows, heads of tables, filter bars, documents: 20 KB at most. */
const keptHoled = 500;

/** Wires the templates of the sources to their texts, formats, icons and assets. */
export function createViewEngine(options: ViewEngineOptions): ViewEngine {
  const formatters = createFormatters();
  const catalogue = createMessageCatalogue(
    options.sources.map(({ namespace, messages = {} }) => ({ namespace, messages })),
    options.onMissingMessage,
  );
  const renderPartial = (name: string, context: object, data: unknown): string =>
    templates.find(name)(context, { data });
  const templates = createTemplateSet(
    options.sources,
    createHelpers({ ...options, catalogue, formatters, renderPartial }),
  );
  const render = (template: string, context: object, env: Partial<ViewEnv>): SafeHtml =>
    SafeHtml.trust(templates.find(template)(context, { data: { env } }));
  const holed = createKept<HoledMarkup>(keptHoled);
  const fragments = createKept<SafeHtml>(keptFragments);
  const drawing = { render, fragments, holed };
  return {
    render,
    page: (page, env, shell) => renderDocument(drawing, page, env, shell),
    fragment: (page, env, block) => renderFragment(drawing, page, env, block),
    has: (template) => templates.has(template),
    describe: (template) => templates.describe(template),
    languages: catalogue.languages('core'),
    hasText: (env, namespace, key) => catalogue.has(env.locale, namespace, key),
    hasTextsBelow: (namespace, prefix) => catalogue.hasBelow(namespace, prefix),
    translate: (env, namespace, key, values) => catalogue.translate(env.locale, namespace, key, values),
    formatters,
    fragments,
    holed,
    verify: () => {
      templates.verify();
    },
  };
}
