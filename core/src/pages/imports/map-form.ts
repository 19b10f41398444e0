import type { ColumnPlan, ImportMode, ImportPlan } from '../../imports/plan/import-plan.js';
import { withoutUndefined } from '../../imports/without-undefined.js';
import { textOf, type FormData } from '../fields/form-reader.js';
import { foreignTexts, type MapPageParts } from './map-view.js';

/** Reads the page about the columns into a plan; what a control does not say stays as the plan before says. */
export function planOf(form: FormData, parts: MapPageParts): ImportPlan {
  const { header, plan } = parts;
  const columns = header.flatMap((column, place) => {
    const how = columnPlan(form, parts, column, place);
    return how === null ? [] : [[column, how] as const];
  });
  return {
    ...plan,
    columns: Object.fromEntries(columns),
    match: textOf(form, 'match') || plan.match,
    mode: oneOf<ImportMode>(textOf(form, 'mode'), ['both', 'create', 'update']) ?? plan.mode,
    blanks: oneOf<'keep' | 'clear'>(textOf(form, 'blanks'), ['keep', 'clear']) ?? plan.blanks,
  };
}

function columnPlan(form: FormData, parts: MapPageParts, column: string, place: number): ColumnPlan | null {
  const field = textOf(form, `column.${place}.field`);
  if (column === '' || field === '') return null;
  const before = parts.plan.columns[column];
  // What was said about another field says nothing about this one.
  if (before?.field !== field) return { field };
  const said = (name: string): string | undefined => textOf(form, `column.${place}.${name}`) || undefined;
  const kind = said('kind');
  return {
    field,
    ...withoutUndefined({
      format: said('format'),
      decimal: said('decimal') === ',' ? (',' as const) : undefined,
      ref: said('ref'),
      missing: oneOf<'refuse' | 'notice' | 'create'>(said('missing') ?? '', ['notice', 'create']),
      constants: kind === undefined ? undefined : { ...before.constants, kind },
      values: valuesOf(form, foreignTexts(parts, column, field), place, before.values),
    }),
  };
}

function valuesOf(
  form: FormData,
  texts: readonly string[],
  place: number,
  before: ColumnPlan['values'],
): ColumnPlan['values'] {
  const values: Record<string, string> = { ...before };
  for (const [index, text] of texts.entries()) {
    const option = textOf(form, `column.${place}.value.${index}`);
    if (option !== '') values[text] = option;
    else Reflect.deleteProperty(values, text);
  }
  return Object.keys(values).length === 0 ? undefined : values;
}

function oneOf<T extends string>(text: string, known: readonly T[]): T | undefined {
  return known.find((one) => one === text);
}
