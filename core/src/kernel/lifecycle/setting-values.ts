import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Registrations } from '../registrations.js';
import { isSealed, type SecretBox } from './secret-box.js';

/** Values by name, as stored or as used. */
export type SettingMap = Readonly<Record<string, unknown>>;

/** Values of a module's settings: what was stored where it still fits the schema, else the default. */
export function settingValues(module: Registrations, stored: SettingMap, secrets: SecretBox): SettingMap {
  const properties = module.definition.settings?.schema.properties ?? {};
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const opened = openSecrets(stored, secrets);
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => {
      const value = opened[name];
      return [name, value !== undefined && ajv.validate(schema, value) ? value : (schema.default as unknown)];
    }),
  );
}

/** Stored values with their secrets readable; one that cannot be opened is left out. */
export function openSecrets(stored: SettingMap, secrets: SecretBox): SettingMap {
  const entries = Object.entries(stored).map(([name, value]) => [name, isSealed(value) ? secrets.open(value) : value]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as SettingMap;
}
