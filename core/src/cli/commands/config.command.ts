import { configSchema, type Config, type Setting } from '@trellis-crm/config';
import { Command } from 'commander';
import type { CliContext } from '../cli-context.js';

/** `trellis config`: every setting with its value and where that comes from. */
export function configCommand(cli: CliContext): Command {
  return new Command('config')
    .summary('list the settings, their values and where these come from')
    .description('Lists every setting of the environment or trellis.config.json, its value and its origin.')
    .action(() => {
      const settings = list(cli);
      cli.output.result(settings, () => [
        ...cli.output.table([
          ['SETTING', 'VARIABLE', 'VALUE', 'FROM'],
          ...settings.map(({ name, variable, value, origin }) => [name, variable, String(value ?? ''), origin]),
        ]),
        '',
        `trellis.config.json in ${cli.root} takes the names of the first column.`,
      ]);
    });
}

interface ShownSetting {
  readonly name: string;
  readonly variable: string;
  readonly value: Config[keyof Config] | null;
  readonly origin: string;
  readonly description: string;
}

function list(cli: CliContext): ShownSetting[] {
  const values: Readonly<Record<string, Config[keyof Config]>> = { ...cli.config };
  const settings: [string, Setting][] = Object.entries(configSchema.properties);
  return settings.map(([name, { env, description }]) => ({
    name,
    variable: env,
    value: withoutPassword(values[name]) ?? null,
    origin: cli.origins.get(name) ?? 'default',
    description,
  }));
}

function withoutPassword(value: Config[keyof Config]): Config[keyof Config] {
  return typeof value === 'string' ? value.replace(/:\/\/([^:/@]+):[^@]+@/, '://$1:…@') : value;
}
