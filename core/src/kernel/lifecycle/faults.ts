import { hostname } from 'node:os';
import { runUnit } from '../../database/unit-of-work.js';
import type { LifecycleContext } from './lifecycle-context.js';
import type { LifecycleParts } from './lifecycle-parts.js';
import { readNumber, readPlugins, savePackage, updatePlugin, type PluginRow } from './plugin-row.js';
import { readLiveProcesses } from './processes.js';

/** So many failed starts within so long, and the plugin is not tried again until somebody enables it. */
const maxFaults = 3;
const windowMs = 10 * 60 * 1000;

/**
 * Notes what this start brought up: subscriptions and schedules of all code are as the code says. Plugins that could not be brought
 * up rest with their deliveries and jobs, and after several failures in a short time they are quarantined; what another process
 * runs goes on there.
 */
export async function noteStart(context: LifecycleContext): Promise<void> {
  const { database, wakeRelay, work, core } = context.parts;
  await runUnit(database.knex, wakeRelay, (unit) => work.sync(unit, core));
  for (const row of await readPlugins(database.knex)) {
    if (row.state !== 'active') continue;
    const problem = context.running.problems().get(row.id);
    if (problem === undefined) await noteSuccess(context, row);
    // Newer tables are no fault: the version they were made for runs well.
    else if (problem.state === 'quarantined') await noteFault(context, row, problem.reason);
  }
}

async function noteSuccess({ parts, loader }: LifecycleContext, row: PluginRow): Promise<void> {
  const loaded = loader.loaded(row.id);
  if (loaded === undefined) return;
  await runUnit(parts.database.knex, parts.wakeRelay, async (unit) => {
    await parts.work.sync(unit, loaded.registrations);
    await savePackage(unit.trx, loaded.plugin, loaded.integrity, 'active');
    if (row.reason === null) return;
    await parts.work.resume(unit, row.id);
    await updatePlugin(unit.trx, row.id, { reason: null });
  });
}

async function noteFault({ parts }: LifecycleContext, row: PluginRow, reason: string): Promise<void> {
  if (await runsElsewhere(parts, row.id)) {
    await updatePlugin(parts.database.knex, row.id, { reason: `On ${hostname()}: ${reason}` });
    return;
  }
  const now = parts.clock.now();
  const recent = row.faults.filter((moment) => now.getTime() - Date.parse(moment) < windowMs);
  const faults = [...recent, now.toISOString()];
  await runUnit(parts.database.knex, parts.wakeRelay, async (unit) => {
    await parts.work.pause(unit, row.id);
    await updatePlugin(unit.trx, row.id, {
      reason,
      faults,
      ...(faults.length < maxFaults ? {} : { state: 'quarantined' as const }),
    });
    if (faults.length >= maxFaults) await parts.work.quarantined(unit, row.id);
  });
}

/** Whether another live process serves what is active, this plugin included. Its deliveries and jobs are left to that one. */
async function runsElsewhere({ database, process }: LifecycleParts, plugin: string): Promise<boolean> {
  const number = await readNumber(database.knex);
  const others = (await readLiveProcesses(database.knex)).filter(({ id }) => id !== process.id);
  return others.some(({ generation, lacks }) => generation >= number && !lacks.includes(plugin));
}
