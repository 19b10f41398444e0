import { NotFoundError, ValidationError } from '@trellis-crm/sdk';
import { SchemaCompiler } from '../../schemas/schema-compiler.js';
import { changeActive, getPlugin, type LifecycleContext } from './lifecycle-context.js';
import { findPlugin, updatePlugin, type PluginRow } from './plugin-row.js';
import type { SecretBox } from '../../secrets/index.js';
import { openSecrets, type SettingMap } from './setting-values.js';

/** Settings of plugins, as their pages edit them. */
export interface PluginSettings {
  /** Schema and values; a secret's value is only said to be set or not. @throws NotFoundError */
  get(id: string): Promise<{ readonly schema: object; readonly values: Readonly<Record<string, unknown>> }>;
  /** Replaces the named values; null goes back to the default. All processes follow within a second. @throws NotFoundError, ValidationError `invalid_settings` */
  change(id: string, values: Readonly<Record<string, unknown>>): Promise<void>;
}

/** What is shown in a secret's place. */
export const hiddenSecret = '••••••••';

interface Property {
  readonly default?: unknown;
  readonly secret?: boolean;
}

interface SettingsSchema {
  readonly properties?: Readonly<Record<string, Property>>;
}

/** Creates the settings of one workspace's plugins. They are described by the manifest, so a switched off plugin has them too. */
export function createPluginSettings(context: LifecycleContext): PluginSettings {
  return {
    async get(id) {
      const row = await getPlugin(context, id);
      const schema = schemaOf(row);
      const properties = Object.entries(schema.properties ?? {});
      const values = properties.map(([name, property]) => [name, shown(row.settings[name], property)] as const);
      return { schema, values: Object.fromEntries(values) };
    },
    async change(id, values) {
      await getPlugin(context, id);
      await changeActive(context, async ({ trx }) => {
        await trx('core.plugins').where({ id }).forUpdate().select('id');
        const row = await findPlugin(trx, id);
        if (row !== undefined) await updatePlugin(trx, id, { settings: changed(row, values, context.secrets) });
      });
      await context.running.refresh();
    },
  };
}

function schemaOf({ id, package: { manifest } }: PluginRow): SettingsSchema {
  if (manifest.settings !== null) return manifest.settings;
  throw new NotFoundError('settings_not_found', { plugin: id }, { message: `${id} has no settings` });
}

/** The stored values with the changes, checked in the clear and sealed where the schema says so. */
function changed(row: PluginRow, values: SettingMap, secrets: SecretBox): SettingMap {
  const schema = schemaOf(row);
  const merged = Object.entries({ ...openSecrets(row.settings, secrets), ...withoutHidden(values) });
  const settings: SettingMap = Object.fromEntries(merged.filter(([, value]) => value !== null));
  check(schema, settings);
  const isSecret = (name: string, value: unknown): value is string =>
    schema.properties?.[name]?.secret === true && typeof value === 'string';
  const stored = Object.entries(settings).map(([name, value]) => [
    name,
    isSecret(name, value) ? secrets.seal(value) : value,
  ]);
  return Object.fromEntries(stored) as SettingMap;
}

function shown(stored: unknown, property: Property): unknown {
  if (property.secret !== true) return stored ?? property.default ?? null;
  return stored === undefined ? null : hiddenSecret;
}

/** A form sends back what it showed: the placeholder means "as it was". */
function withoutHidden(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== hiddenSecret));
}

function check(schema: SettingsSchema, settings: Readonly<Record<string, unknown>>): void {
  const compiler = new SchemaCompiler({ allErrors: true, strict: false, validateFormats: false });
  const validate = compiler.compile({ ...schema, required: [], additionalProperties: false });
  if (validate(settings)) return;
  const errors = (validate.errors ?? []).map(({ instancePath, keyword, message = 'is wrong', params }) => {
    const unknown = (params as Readonly<Record<string, unknown>>)['additionalProperty'];
    return typeof unknown === 'string'
      ? { pointer: `/${unknown}`, code: 'unknown_setting', message: 'is not a setting of this plugin' }
      : { pointer: instancePath, code: keyword, message };
  });
  throw new ValidationError('invalid_settings', {}, { errors });
}
