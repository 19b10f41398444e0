import type { TSchema } from '@trellis-crm/sdk';
import { emptyRecord, parseParameters } from './parse-parameters.js';

/** A posted form: its fields, and apart from them what core's hidden fields say. */
export interface ParsedForm {
  readonly fields: Record<string, unknown>;
  readonly csrf: string | undefined;
  readonly version: string | undefined;
  readonly key: string | undefined;
}

/**
 * Reads a form. A name that comes several times is a list where the schema takes one (or names no fields); elsewhere the last
 * one counts, which is how a checkbox overrides the hidden field before it.
 */
export function parseForm(text: string, schema?: TSchema): ParsedForm {
  return formOf(parseParameters(text, 'body'), schema);
}

/** The same of names and values that were read already. */
export function formOf(parameters: Iterable<readonly [string, string]>, schema?: TSchema): ParsedForm {
  const all = emptyRecord<string[]>();
  for (const [name, value] of parameters) (all[name] ??= []).push(value);
  const fields = emptyRecord<unknown>();
  for (const [name, values] of Object.entries(all)) {
    if (!hiddenFields.has(name)) fields[name] = fieldValue(values, name, schema);
  }
  return { fields, csrf: all['_csrf']?.at(-1), version: all['_version']?.at(-1), key: all['_key']?.at(-1) };
}

const hiddenFields: ReadonlySet<string> = new Set(['_csrf', '_version', '_key']);

function fieldValue(values: readonly string[], name: string, schema: TSchema | undefined): unknown {
  const properties: unknown = schema?.['properties'];
  if (!isRecord(properties)) return values.length === 1 ? values[0] : values;
  const property: unknown = Object.hasOwn(properties, name) ? properties[name] : undefined;
  return isRecord(property) && property['type'] === 'array' ? values : values.at(-1);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
