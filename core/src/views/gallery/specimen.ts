import type { SafeHtml } from '../safe-html.js';

/** One state of a partial: what it is called with. */
export interface Specimen {
  readonly partial: `ui-${string}`;
  /** Which state it shows, when a partial has several. */
  readonly state?: string;
  readonly context: Readonly<Record<string, unknown>>;
}

/** Partials that belong together. */
export interface SpecimenGroup {
  readonly id: string;
  readonly title: string;
  readonly specimens: readonly Specimen[];
}

/** Renders a partial for use inside another one. */
export type Render = (partial: string, context: object) => SafeHtml;

/** What one writes in a template to get the specimen; values that are not plain come from the template's context. */
export function snippetOf({ partial, context }: Specimen): string {
  const given = Object.entries(context).filter(([key, value]) => key !== 'body' && value !== undefined);
  const values = given.map(([key, value]) => ` ${key}=${literalOf(key, value)}`).join('');
  const isBlock = 'body' in context;
  return isBlock ? `{{#> ${partial}${values}}}\n  …\n{{/${partial}}}` : `{{> ${partial}${values}}}`;
}

function literalOf(key: string, value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return key;
}
