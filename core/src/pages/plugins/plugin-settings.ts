import { textOf, type FormData } from '../fields/form-reader.js';
import { asText } from '../fields/entity-field.js';
import { humanise } from '../fields/labels.js';
import type { FormProblems } from '../form/form-problems.js';
import type { PageCall } from '../page-call.js';

/** The part of a settings schema that a form can be made from. */
export interface SettingsSchema {
  readonly properties?: Readonly<Record<string, SettingSchema>>;
}

interface SettingSchema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly { readonly const?: unknown }[];
  readonly maxLength?: number;
  readonly secret?: boolean;
}

/** What the form shows. */
export interface SettingsState {
  readonly schema: SettingsSchema;
  readonly values: Readonly<Record<string, unknown>>;
  /** What was typed, when it was refused. */
  readonly form?: FormData;
  readonly problems: FormProblems;
}

/** A control per setting; its name comes from the plugin's catalogue (`settings.<name>`) or its schema. */
export function settingControls(
  call: PageCall,
  plugin: string,
  { schema, values, form, problems }: SettingsState,
): object[] {
  const { views } = call.request.generation;
  return Object.entries(schema.properties ?? {}).map(([name, setting]) => {
    const key = `settings.${name}`;
    const label = views.hasText(call.env, plugin, key) ? call.t(`${plugin}:${key}`) : (setting.title ?? humanise(name));
    const value = form === undefined ? asText(values[name]) : textOf(form, name);
    const error = problems.byControl.get(name);
    return {
      ...controlOf(setting, value),
      name,
      label,
      hint: setting.description,
      isWide: true,
      ...(error === undefined ? {} : { error }),
    };
  });
}

/** Reads the form into values of the schema's types; an emptied control goes back to the default. */
export function readSettings({ properties = {} }: SettingsSchema, form: FormData): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, setting]) => [name, readSetting(setting, form, name)]),
  );
}

function readSetting({ type }: SettingSchema, form: FormData, name: string): unknown {
  const sent = form[name];
  if (type === 'boolean') return sent === 'true' || (Array.isArray(sent) && sent.includes('true'));
  const text = textOf(form, name);
  if (text === '') return null;
  if (type !== 'integer' && type !== 'number') return text;
  return Number.isNaN(Number(text)) ? text : Number(text);
}

function controlOf({ type, secret, maxLength = 0, ...choices }: SettingSchema, value: string): object {
  const options = optionsOf(choices);
  if (options.length > 0) return { kind: 'select', value, options };
  if (type === 'boolean') return { kind: 'checkbox', isChecked: value === 'true' };
  if (type === 'integer' || type === 'number') return { kind: 'number', value, isInteger: type === 'integer' };
  if (secret === true) return { kind: 'text', type: 'text', value, autocomplete: 'off' };
  return maxLength > 300 ? { kind: 'textarea', value } : { kind: 'text', value };
}

function optionsOf({
  enum: values = [],
  anyOf = [],
}: Pick<SettingSchema, 'enum' | 'anyOf'>): { value: string; label: string }[] {
  const constants = [...values, ...anyOf.flatMap((branch) => (branch.const === undefined ? [] : [branch.const]))];
  return constants.map((constant) => ({ value: asText(constant), label: humanise(asText(constant)) }));
}
