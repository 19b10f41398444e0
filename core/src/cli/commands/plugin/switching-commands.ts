import { MalformedError } from '@trellis-crm/sdk';
import { Command } from 'commander';
import type { PluginView } from '../../../kernel/lifecycle/index.js';
import type { CliContext } from '../../cli-context.js';
import { stateLine } from './plugin-lines.js';

/** Who the journal says did it. */
export const operator = 'operator';

/** `trellis plugin enable`. */
export function enableCommand(cli: CliContext): Command {
  return new Command('enable')
    .summary('take plugins into use')
    .argument('<plugins...>')
    .option('--with-required', 'enable what they require as well')
    .action(async (ids: readonly string[], options: { readonly withRequired?: true }) => {
      const { lifecycle } = await cli.workspace();
      const enabled: PluginView[] = [];
      for (const id of ids)
        enabled.push(await lifecycle.enable(id, operator, { withRequired: options.withRequired === true }));
      await lifecycle.followed();
      cli.output.result(enabled, () => enabled.map(stateLine));
    });
}

/** `trellis plugin disable`. */
export function disableCommand(cli: CliContext): Command {
  return new Command('disable')
    .summary('take plugins out of use; their data stays')
    .argument('<plugins...>')
    .option('--with-dependents', 'disable what requires them as well')
    .action(async (ids: readonly string[], options: { readonly withDependents?: true }) => {
      const { lifecycle } = await cli.workspace();
      const disabled: PluginView[] = [];
      for (const id of ids)
        disabled.push(await lifecycle.disable(id, operator, { withDependents: options.withDependents === true }));
      await lifecycle.followed();
      cli.output.result(disabled, () => disabled.map(stateLine));
    });
}

/** `trellis plugin settings`. */
export function settingsCommand(cli: CliContext): Command {
  return new Command('settings')
    .summary('show or change the settings of a plugin')
    .argument('<plugin>')
    .argument('[changes...]', 'name=value; the value is JSON, or text; name= goes back to the default')
    .action(async (id: string, changes: readonly string[]) => {
      const { lifecycle } = await cli.workspace();
      if (changes.length > 0) await lifecycle.settings.change(id, Object.fromEntries(changes.map(parseChange)));
      const { values } = await lifecycle.settings.get(id);
      cli.output.result(values, () =>
        Object.entries(values).map(([name, value]) => `${name} = ${JSON.stringify(value)}`),
      );
    });
}

function parseChange(change: string): readonly [string, unknown] {
  const equals = change.indexOf('=');
  if (equals < 1)
    throw new MalformedError('malformed_change', { change }, { message: `"${change}" is not name=value` });
  return [change.slice(0, equals), parseValue(change.slice(equals + 1))];
}

function parseValue(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
