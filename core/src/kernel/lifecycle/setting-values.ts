import { SchemaCompiler } from '../../schemas/schema-compiler.js';
import type { Registrations } from '../registrations.js';
import { isSealed, type SecretBox } from '../../secrets/index.js';

/** Values by name, as stored or as used. */
export type SettingMap = Readonly<Record<string, unknown>>;

/** Values of a module's settings: what was stored where it still fits the schema, else the default. */
export function settingValues(module: Registrations, stored: SettingMap, secrets: SecretBox): SettingMap {
  const properties = Object.entries(module.definition.settings?.schema.properties ?? {});
  const defaults = properties.map(([name, schema]) => [name, schema.default as unknown] as const);
  const opened = openSecrets(stored, secrets);
  const changed = properties.filter(([name]) => opened[name] !== undefined);
  if (changed.length === 0) return Object.fromEntries(defaults);
  const compiler = new SchemaCompiler({ strict: false, validateFormats: false });
  const fitting = changed
    .filter(([name, schema]) => compiler.validate(schema, opened[name]))
    .map(([name]) => [name, opened[name]]);
  return { ...Object.fromEntries(defaults), ...Object.fromEntries(fitting) } as SettingMap;
}

/** Stored values with their secrets readable; one that cannot be opened is left out. */
export function openSecrets(stored: SettingMap, secrets: SecretBox): SettingMap {
  const entries = Object.entries(stored).map(([name, value]) => [name, isSealed(value) ? secrets.open(value) : value]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as SettingMap;
}
