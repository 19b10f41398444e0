import { ConflictError } from '@trellis-crm/sdk';
import { dependentsOf } from './dependencies.js';
import type { Step } from './journal.js';
import { changeActive, getPlugin, readActive, type LifecycleContext } from './lifecycle-context.js';
import { readNumber, updatePlugin } from './plugin-row.js';

/** How to disable. */
export interface DisableOptions {
  /** Disables what requires it as well. */
  readonly withDependents?: boolean;
}

/**
 * Takes a plugin out of use; its data stays. New calls are refused from the swap on, running ones have 15 s.
 * @returns the generation without it
 * @throws NotFoundError; ConflictError `plugin_required` with the plugins that cannot do without it
 */
export async function disable(
  context: LifecycleContext,
  id: string,
  options: DisableOptions,
  step: Step,
): Promise<number> {
  const row = await getPlugin(context, id);
  if (row.state !== 'active' && row.state !== 'quarantined') return readNumber(context.parts.database.knex);
  await step('check');
  const dependents = dependentsOf(id, await readActive(context)).map((plugin) => plugin.id);
  if (dependents.length > 0 && options.withDependents !== true) throw required(id, dependents);
  await step('deactivate');
  const number = await changeActive(context, async (unit) => {
    for (const module of [...dependents, id]) {
      await updatePlugin(unit.trx, module, { state: 'disabled', reason: null, faults: [] });
      await context.parts.work.pause(unit, module);
    }
  });
  await step('swap');
  await context.running.refresh();
  return number;
}

function required(id: string, dependents: readonly string[]): ConflictError {
  return new ConflictError(
    'plugin_required',
    { plugin: id, dependents },
    {
      message: `${dependents.join(', ')} cannot do without ${id}; disable ${dependents.length === 1 ? 'it' : 'them'} too, or first`,
    },
  );
}
