import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { configSchema, type Config, type Setting } from './schema.js';
import { StartError } from './start-error.js';

/** A value somebody gave, and where, in words: `PORT` or `port in trellis.config.json`. */
export interface GivenValue {
  readonly value: unknown;
  readonly origin: string;
}

/** Values by setting; the most important source has already won. */
export type GivenValues = ReadonlyMap<string, GivenValue>;

/** Fills in the defaults and checks every value. @throws StartError that names each wrong one, why, and what to do */
export function checkValues(given: GivenValues): Record<string, unknown> {
  const values = Object.fromEntries([...given].map(([name, { value }]) => [name, value]));
  const filled: Record<string, unknown> = { ...defaults(), ...values };
  const problems = validate(filled) ? [] : (validate.errors ?? []).map((error) => describe(error, given));
  if (filled['databaseDirectUrl'] !== undefined && filled['databaseUrl'] === undefined) {
    problems.push({ reason: 'DATABASE_DIRECT_URL is given without DATABASE_URL', fix: 'give both, or neither' });
  }
  if (problems.length > 0) throw toError(problems);
  return filled;
}

/** The setting closest to a name that does not exist, when one is close enough to be meant. */
export function suggestName(wrong: string, names: readonly string[]): string | undefined {
  const squeeze = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, '');
  const word = squeeze(wrong);
  return names.find((name) => squeeze(name) === word) ?? names.find((name) => isOneEditApart(squeeze(name), word));
}

const ajv = new Ajv2020({ allErrors: true });
ajv.addVocabulary(['env', 'expected']);
const validate = ajv.compile(configSchema);

interface Problem {
  readonly reason: string;
  readonly fix: string;
}

function defaults(): Record<string, unknown> {
  const settings: [string, Setting][] = Object.entries(configSchema.properties);
  return Object.fromEntries(
    settings.flatMap(([name, { default: value }]) => (value === undefined ? [] : [[name, value]])),
  );
}

function describe(error: ErrorObject, given: GivenValues): Problem {
  if (error.keyword === 'additionalProperties')
    return describeUnknown(String(error.params['additionalProperty']), given);
  const name = error.instancePath.slice(1);
  const { origin, value } = given.get(name) ?? { origin: name, value: undefined };
  if (!isSettingName(name)) return { reason: `${origin} is wrong: ${String(error.message)}`, fix: `correct ${origin}` };
  const setting: Setting = configSchema.properties[name];
  const way = setting.default === undefined ? 'remove it' : `remove it to use ${String(setting.default)}`;
  return {
    reason: `${origin} is ${shown(name, value)}; it must be ${setting.expected}`,
    fix: `correct ${origin}, or ${way}`,
  };
}

function describeUnknown(name: string, given: GivenValues): Problem {
  const close = suggestName(name, Object.keys(configSchema.properties));
  return {
    reason: `${given.get(name)?.origin ?? name} is not a setting`,
    fix: close === undefined ? `remove it; \`trellis config\` lists the settings` : `did you mean ${close}?`,
  };
}

/** Connection strings hold passwords, and errors end up in logs. */
function shown(name: string, value: unknown): string {
  return /^database.*Url$/.test(name) && typeof value === 'string' ? 'no connection string' : JSON.stringify(value);
}

function isSettingName(name: string): name is keyof Config {
  return Object.hasOwn(configSchema.properties, name);
}

function toError(problems: readonly Problem[]): StartError {
  const list = (key: keyof Problem): string => problems.map((problem) => problem[key]).join('\n');
  return new StartError('The configuration is wrong', { reason: list('reason'), fix: list('fix') });
}

/** Whether one letter inserted, left out or replaced makes one word of the other. */
function isOneEditApart(left: string, right: string): boolean {
  if (Math.abs(left.length - right.length) > 1) return false;
  let start = 0;
  while (start < left.length && left[start] === right[start]) start += 1;
  const rests = [
    [left.slice(start + 1), right.slice(start + 1)],
    [left.slice(start + 1), right.slice(start)],
    [left.slice(start), right.slice(start + 1)],
  ];
  return rests.some(([a, b]) => a === b);
}
