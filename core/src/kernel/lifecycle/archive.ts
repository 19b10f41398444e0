import { ConflictError } from '@trellis-crm/sdk';
import { runUnit } from '../../database/unit-of-work.js';
import { quoteName } from '../../database/migrator/identifier.js';
import { schemaOf } from '../../database/migrator/index.js';
import { disable } from './disable.js';
import { dropKeys, findCrossingKeys, restoreKeys, type Orphans } from './foreign-keys.js';
import { forgetCopy } from './installed-copy.js';
import type { Step } from './journal.js';
import { getPlugin, type LifecycleContext } from './lifecycle-context.js';
import { updatePlugin } from './plugin-row.js';
import { waitUntilServed } from './processes.js';

/** Milliseconds that processes have to let go of a plugin before its schema is renamed: their calls have 15 s. */
const moveMs = 25_000;

/**
 * Removes a plugin from use and keeps its data aside: keys across the border of its schema are dropped and recorded, its schema
 * is renamed, subscriptions, schedules and grants go. Core's rows stay untouched.
 * @throws NotFoundError; ConflictError `plugin_required`, `processes_busy`
 */
export async function remove(context: LifecycleContext, id: string, step: Step): Promise<void> {
  const row = await getPlugin(context, id);
  if (row.state === 'archived') return;
  const number = await disable(context, id, {}, step);
  await step('wait');
  await assertMoved(context, number);
  if (row.state === 'staged') {
    await context.parts.database.knex('core.plugins').where({ id }).delete();
    await forgetCopy(context.parts.dataDir, row.location);
    return;
  }
  await step('archive');
  await archive(context, id);
}

/** Puts an archived plugin's data back; it is disabled then. @returns references that lost their target meanwhile */
export async function restore(context: LifecycleContext, id: string, step: Step): Promise<readonly Orphans[]> {
  const row = await getPlugin(context, id);
  if (row.archive === null) {
    if (row.state === 'disabled') return [];
    throw new ConflictError('plugin_not_archived', { plugin: id, state: row.state });
  }
  await step('restore');
  const { schema, foreignKeys, grants } = row.archive;
  return runUnit(context.parts.database.work, context.parts.wakeRelay, async (unit) => {
    await unit.trx.raw(`alter schema ${quoteName(schema)} rename to ${quoteName(schemaOf(id))}`);
    const orphans = await restoreKeys(unit.trx, foreignKeys);
    await context.parts.work.giveGrants(unit, grants);
    await context.parts.work.pause(unit, id);
    await updatePlugin(unit.trx, id, {
      state: 'disabled',
      archive: null,
      archivedAt: null,
      exportedAt: null,
      reason: orphanText(orphans),
    });
    return orphans;
  });
}

async function assertMoved(context: LifecycleContext, number: number): Promise<void> {
  const behind = await waitUntilServed(context.parts.database.knex, number, moveMs);
  if (behind.length === 0) return;
  const names = behind.map(({ host, pid }) => `${host}:${pid}`);
  throw new ConflictError(
    'processes_busy',
    { processes: names },
    { message: `Still at work with the plugin: ${names.join(', ')}; try again when they are done` },
  );
}

async function archive({ parts }: LifecycleContext, id: string): Promise<void> {
  await runUnit(parts.database.work, parts.wakeRelay, async (unit) => {
    const schema = schemaOf(id);
    const archived = `archived_${schema}_${Math.floor(parts.clock.now().getTime() / 1000)}`;
    await unit.trx.raw(`create schema if not exists ${quoteName(schema)}`);
    const foreignKeys = await findCrossingKeys(unit.trx, schema);
    await dropKeys(unit.trx, foreignKeys);
    await unit.trx.raw(`alter schema ${quoteName(schema)} rename to ${quoteName(archived)}`);
    const grants = await parts.work.takeGrants(unit, id);
    await parts.work.remove(unit, id);
    await updatePlugin(unit.trx, id, {
      state: 'archived',
      reason: null,
      archive: { schema: archived, foreignKeys, grants },
      archivedAt: parts.clock.now(),
      exportedAt: null,
    });
  });
}

function orphanText(orphans: readonly Orphans[]): string | null {
  if (orphans.length === 0) return null;
  const parts = orphans.map(({ table, column, count }) => `${count} in ${table.replaceAll('"', '')}.${column}`);
  return `Some records refer to others that were deleted meanwhile: ${parts.join(', ')}`;
}
