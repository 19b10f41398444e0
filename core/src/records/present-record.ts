import type { CompiledField } from './compiled-entity.js';

/** A record in the form of the API: own fields side by side, those of a plugin in an object under its id. */
export type PresentedRecord = Readonly<Record<string, unknown>> & { readonly id: string };

/** Builds the JSON of a record from values by path, as a read would after writing them. */
export function presentValues(fields: readonly CompiledField[], values: ReadonlyMap<string, unknown>): PresentedRecord {
  return assemble(fields.map((field) => [field, values.get(field.path) ?? emptyValue(field)]));
}

/** Values by path of a presented record. */
export function valuesOf(fields: readonly CompiledField[], record: PresentedRecord): Map<string, unknown> {
  return new Map(fields.map((field) => [field.path, readPath(record, field)]));
}

/** What stands where nothing was stored: only side tables can lack a value that is never null. */
export function emptyValue({ field }: CompiledField): unknown {
  return field.default ?? null;
}

function readPath(record: PresentedRecord, { plugin, name }: CompiledField): unknown {
  if (plugin === null) return record[name];
  const nested = record[plugin];
  return typeof nested === 'object' && nested !== null ? Reflect.get(nested, name) : undefined;
}

function assemble(values: readonly (readonly [CompiledField, unknown])[]): PresentedRecord {
  const record: Record<string, unknown> & { id: string } = { id: '' };
  const plugins = new Map<string, Record<string, unknown>>();
  for (const [{ plugin, name }, value] of values) {
    if (plugin === null) record[name] = value;
    else nestedIn(plugins, plugin)[name] = value;
  }
  return Object.assign(record, Object.fromEntries(plugins));
}

function nestedIn(plugins: Map<string, Record<string, unknown>>, plugin: string): Record<string, unknown> {
  const nested = plugins.get(plugin) ?? {};
  plugins.set(plugin, nested);
  return nested;
}
