import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkValues, suggestName, type GivenValue, type GivenValues } from './check.js';
import { configSchema, logLevels, type Config, type Setting } from './schema.js';
import { StartError } from './start-error.js';

/** Where the configuration comes from. */
export interface ConfigSource {
  /** Variables; the process's own when left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Folder of the installation: relative paths start here, and `trellis.config.json` may stand here. */
  readonly root: string;
  /** Values of the command line, by setting; they win over everything. */
  readonly overrides?: Readonly<Record<string, unknown>>;
}

/** Where the value of each setting was found, in words; settings at their default are absent. */
export type ConfigOrigins = ReadonlyMap<string, string>;

/**
 * Reads the configuration: command line before environment before `trellis.config.json` before defaults. Nothing else
 * in the project reads the environment. @throws StartError that names each wrong setting, why, and what to do
 */
export function loadConfig(source: ConfigSource): Config {
  return inspectConfig(source).config;
}

/** The configuration together with where its values come from, for `trellis config` and `trellis doctor`. */
export function inspectConfig(source: ConfigSource): { config: Config; origins: ConfigOrigins } {
  const given: GivenValues = new Map([
    ...fromFile(source.root),
    ...fromEnvironment(source.env ?? process.env),
    ...fromCommandLine(source.overrides ?? {}),
  ]);
  const values = checkValues(given);
  const origins = new Map([...given].map(([name, { origin }]) => [name, origin]));
  return { config: toConfig(values, source.root), origins };
}

const fileName = 'trellis.config.json';
const settings: readonly [string, Setting][] = Object.entries(configSchema.properties);

function fromFile(root: string): [string, GivenValue][] {
  const path = join(root, fileName);
  const content = parse(path, readIfPresent(path));
  return Object.entries(content)
    .filter(([name]) => name !== '$schema')
    .map(([name, value]) => [name, { value, origin: `${name} in ${fileName}` }]);
}

function readIfPresent(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '{}';
    throw new StartError('The configuration file cannot be read', {
      reason: error instanceof Error ? error.message : String(error),
      fix: `make ${path} readable for this user`,
      cause: error,
    });
  }
}

function parse(path: string, text: string): Record<string, unknown> {
  try {
    const content: unknown = JSON.parse(text);
    if (isRecord(content)) return content;
    throw new Error('it is not an object');
  } catch (error) {
    throw new StartError('The configuration file is not valid JSON', {
      reason: `${path}: ${error instanceof Error ? error.message : String(error)}`,
      fix: 'correct it; it holds one object such as { "port": 3000 }',
      cause: error,
    });
  }
}

/** An empty variable counts as absent: that is how compose files and shells hand over "not set". */
function fromEnvironment(env: Readonly<Record<string, string | undefined>>): [string, GivenValue][] {
  refuseUnknown(env);
  return settings.flatMap(([name, setting]) => {
    const text = env[setting.env];
    if (text === undefined || text === '') return [];
    return [[name, { value: fromText(text, setting), origin: setting.env }]] satisfies [string, GivenValue][];
  });
}

function refuseUnknown(env: Readonly<Record<string, string | undefined>>): void {
  const known = settings.map(([, setting]) => setting.env);
  const wrong = Object.keys(env).find((name) => name.startsWith('TRELLIS_') && !known.includes(name));
  if (wrong === undefined) return;
  const close = suggestName(wrong, known);
  throw new StartError('The configuration is wrong', {
    reason: `${wrong} is not a setting`,
    fix: close === undefined ? 'remove it; `trellis config` lists the settings' : `did you mean ${close}?`,
  });
}

/** Text that is no value of the type stays text, so that the check can show it. */
function fromText(text: string, setting: Setting): unknown {
  if (setting.type === 'integer' && /^\d+$/.test(text)) return Number(text);
  if (setting.type === 'boolean' && /^(true|false|1|0)$/.test(text)) return text === 'true' || text === '1';
  return text;
}

function fromCommandLine(overrides: Readonly<Record<string, unknown>>): [string, GivenValue][] {
  return Object.entries(overrides).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const setting = settings.find(([known]) => known === name)?.[1];
    const typed = typeof value === 'string' && setting !== undefined ? fromText(value, setting) : value;
    const option = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return [[name, { value: typed, origin: `--${option}` }]] satisfies [string, GivenValue][];
  });
}

/** The values are checked: reading them by type cannot miss. */
function toConfig(values: Readonly<Record<string, unknown>>, root: string): Config {
  const text = (name: keyof Config): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  const withDefault = (name: keyof Config): string => text(name) ?? '';
  return {
    port: Number(values['port']),
    host: withDefault('host'),
    publicUrl: text('publicUrl')?.replace(/\/$/, ''),
    trustProxy: Number(values['trustProxy']),
    databaseUrl: text('databaseUrl'),
    databaseDirectUrl: text('databaseDirectUrl'),
    databasePrepare: values['databasePrepare'] === true,
    databasePoolSize: Number(values['databasePoolSize']),
    outboundAllow: withDefault('outboundAllow'),
    dataDir: resolve(root, withDefault('dataDir')),
    fileMaxMb: Number(values['fileMaxMb']),
    filesQuotaMb: Number(values['filesQuotaMb']),
    pluginsDir: resolve(root, withDefault('pluginsDir')),
    logLevel: logLevels.find((level) => level === values['logLevel']) ?? 'info',
    slowQueryMs: Number(values['slowQueryMs']),
    metricsPort: values['metricsPort'] === undefined ? undefined : Number(values['metricsPort']),
    metricsHost: withDefault('metricsHost'),
    processes: Number(values['processes']),
    processMemoryMb: Number(values['processMemoryMb']),
    demo: values['demo'] === true,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
