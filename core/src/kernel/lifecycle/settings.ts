import { NotFoundError, ValidationError } from '@trellis-crm/sdk';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { changeActive, getPlugin, type LifecycleContext } from './lifecycle-context.js';
import { updatePlugin, type PluginRow } from './plugin-row.js';

/** Settings of plugins, as their pages edit them. */
export interface PluginSettings {
  /** Schema and values; a secret's value is only said to be set or not. @throws NotFoundError */
  get(id: string): Promise<{ readonly schema: object; readonly values: Readonly<Record<string, unknown>> }>;
  /** Replaces the named values; null goes back to the default. All processes follow within a second. @throws NotFoundError, ValidationError `invalid_settings` */
  change(id: string, values: Readonly<Record<string, unknown>>): Promise<void>;
}

/** What is shown in a secret's place. */
export const hiddenSecret = '••••••••';

interface SettingsSchema {
  readonly properties?: Readonly<Record<string, { readonly default?: unknown; readonly secret?: boolean }>>;
}

/** Creates the settings of one workspace's plugins. They are described by the manifest, so a switched off plugin has them too. */
export function createPluginSettings(context: LifecycleContext): PluginSettings {
  const find = async (id: string): Promise<{ row: PluginRow; schema: SettingsSchema }> => {
    const row = await getPlugin(context, id);
    const schema = row.package.manifest.settings;
    if (schema === null)
      throw new NotFoundError('settings_not_found', { plugin: id }, { message: `${id} has no settings` });
    return { row, schema };
  };
  return {
    async get(id) {
      const { row, schema } = await find(id);
      const values = Object.entries(schema.properties ?? {}).map(
        ([name, property]) => [name, shown(row.settings[name], property)] as const,
      );
      return { schema, values: Object.fromEntries(values) };
    },
    async change(id, values) {
      const { row, schema } = await find(id);
      const kept = Object.entries({ ...row.settings, ...withoutHidden(values) }).filter(([, value]) => value !== null);
      const settings = Object.fromEntries(kept);
      check(schema, settings);
      await changeActive(context, (unit) => updatePlugin(unit.trx, id, { settings }));
      await context.running.refresh();
    },
  };
}

function shown(stored: unknown, property: { readonly default?: unknown; readonly secret?: boolean }): unknown {
  if (property.secret !== true) return stored ?? property.default ?? null;
  return stored === undefined ? null : hiddenSecret;
}

/** A form sends back what it showed: the placeholder means "as it was". */
function withoutHidden(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== hiddenSecret));
}

function check(schema: SettingsSchema, settings: Readonly<Record<string, unknown>>): void {
  const ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: false });
  const validate = ajv.compile({ ...schema, required: [], additionalProperties: false });
  if (validate(settings)) return;
  const errors = (validate.errors ?? []).map(({ instancePath, keyword, message = 'is wrong', params }) => {
    const unknown = (params as Readonly<Record<string, unknown>>)['additionalProperty'];
    return typeof unknown === 'string'
      ? { pointer: `/${unknown}`, code: 'unknown_setting', message: 'is not a setting of this plugin' }
      : { pointer: instancePath, code: keyword, message };
  });
  throw new ValidationError('invalid_settings', {}, { errors });
}
