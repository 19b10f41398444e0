import type { Registrations } from '../registrations.js';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** Values of a module's settings: what was stored where it still fits the schema, else the default. */
export function settingValues(
  module: Registrations,
  stored: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const properties = module.definition.settings?.schema.properties ?? {};
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => {
      const value = stored[name];
      return [name, value !== undefined && ajv.validate(schema, value) ? value : (schema.default as unknown)];
    }),
  );
}
