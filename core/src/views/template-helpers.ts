import Handlebars, { type HelperDelegate, type HelperOptions } from 'handlebars';

import type { AssetRegistry } from './asset-registry.js';
import { controlHelpers } from './control-helpers.js';
import { displayHelpers } from './display-helpers.js';
import type { Formatters } from './formatters.js';
import { htmlAttributes, safeHref } from './html-attributes.js';
import type { IconSet } from './icon.js';
import type { MessageCatalogue } from './message-catalogue.js';
import { plainText } from './plain-text.js';
import { SafeHtml } from './safe-html.js';
import type { ViewEnv } from './view-env.js';

/** What the helpers draw on; all of it belongs to one engine. */
export interface HelperSources {
  readonly catalogue: MessageCatalogue;
  readonly formatters: Formatters;
  readonly icons: IconSet;
  readonly assets: AssetRegistry;
  /** Renders a partial by name, for `{{#> ui-card}}…{{/ui-card}}`. */
  readonly renderPartial: (name: string, context: object, data: unknown) => string;
}

/**
 * The only helpers there are. Besides `t`, `eq`, `and`, `or`, `not` and `concat` every name has a hyphen, so that a
 * field of a record can never be mistaken for one.
 */
export function createHelpers(sources: HelperSources): Readonly<Record<string, HelperDelegate>> {
  return {
    ...logicHelpers,
    ...displayHelpers,
    ...controlHelpers,
    ...formatHelpers(sources),
    ...markupHelpers(sources),
    ...blockHelpers(sources),
  };
}

const logicHelpers: Readonly<Record<string, HelperDelegate>> = {
  eq: (left: unknown, right: unknown) => left === right,
  not: (value: unknown) => !isTruthy(value),
  and: (...values: unknown[]) => values.slice(0, -1).every(isTruthy),
  or: (...values: unknown[]) => {
    const candidates = values.slice(0, -1);
    return candidates.find(isTruthy) ?? candidates.at(-1);
  },
  'if-else': (condition: unknown, yes: unknown, no: unknown) => (isTruthy(condition) ? yes : no),
  concat: (...values: unknown[]) => values.slice(0, -1).map(plainText).join(''),
};

function formatHelpers({ catalogue, formatters }: HelperSources): Record<string, HelperDelegate> {
  return {
    t(key: string, options: HelperOptions) {
      const hash = options.hash as { namespace: string };
      return catalogue.translate(envOf(options).locale, hash.namespace, key, hash);
    },
    'format-date': (value: unknown, options: HelperOptions) => formatters.date(envOf(options), value),
    'format-date-time': (value: unknown, options: HelperOptions) => formatters.dateTime(envOf(options), value),
    'format-time': (value: unknown, options: HelperOptions) => formatters.time(envOf(options), value),
    'time-ago': (value: unknown, options: HelperOptions) => formatters.timeAgo(envOf(options), value),
    'format-number': (value: unknown, options: HelperOptions) => formatters.number(envOf(options), value),
    'format-percent': (value: unknown, options: HelperOptions) => formatters.percent(envOf(options), value),
    'format-money': (value: unknown, options: HelperOptions) =>
      formatters.money(envOf(options), value, { isCompact: options.hash['compact'] === true }),
  };
}

function markupHelpers({ icons, assets }: HelperSources): Record<string, HelperDelegate> {
  return {
    'ui-icon': (name: string, options: HelperOptions) =>
      icons.render(name, options.hash['label'] as string | undefined),
    'asset-url': (name: string) => assets.url(name),
    'html-attrs': (attributes: unknown, options?: HelperOptions) =>
      options ? htmlAttributes(attributes) : htmlAttributes((attributes as HelperOptions).hash),
    'safe-href': (href: unknown) => safeHref(href),
    'to-json': (value: unknown) => JSON.stringify(value),
  };
}

function blockHelpers({ renderPartial }: HelperSources): Record<string, HelperDelegate> {
  return {
    'ui-block'(this: unknown, name: string, ...rest: unknown[]) {
      const options = rest.at(-1) as HelperOptions;
      const outer = options.data as object;
      const slots: Record<string, SafeHtml> = {};
      const frame = Object.assign(Handlebars.createFrame(outer) as object, { slots });
      const body = SafeHtml.trust(options.fn(this, { data: frame }));
      const given = rest.length > 1 ? (rest[0] as object) : {};
      return SafeHtml.trust(renderPartial(name, { ...given, ...(options.hash as object), ...slots, body }, outer));
    },
    'ui-slot'(this: unknown, name: string, options: HelperOptions) {
      const data = options.data as { slots?: Record<string, SafeHtml> };
      if (!data.slots) throw new Error(`{{#ui-slot "${name}"}} stands outside a {{#> ui-…}} block`);
      data.slots[name] = SafeHtml.trust(options.fn(this));
      return '';
    },
  };
}

function envOf(options: HelperOptions): ViewEnv {
  return (options.data as { env: ViewEnv }).env;
}

function isTruthy(value: unknown): boolean {
  return !Handlebars.Utils.isEmpty(value) && Boolean(value);
}
