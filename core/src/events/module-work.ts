import type { Knex } from 'knex';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { dropJobs } from '../jobs/job-queue.js';
import { removeSchedules, syncSchedules, type ScheduleTime } from '../jobs/schedule.js';
import type { Registrations } from '../kernel/registrations.js';

/** Lets nothing of a module run from the commit on: deliveries and jobs wait, schedules rest. For disabling and quarantine. */
export async function pauseModule(unit: UnitOfWork, module: string, now: Date): Promise<void> {
  await unit.trx('core.paused_modules').insert({ module, paused_at: now }).onConflict('module').ignore();
}

/** Ends {@link pauseModule}; what waited is due at once, missed schedules are not caught up. */
export async function resumeModule(unit: UnitOfWork, module: string): Promise<void> {
  await unit.trx('core.paused_modules').where({ module }).delete();
  unit.eventsStored();
}

/** Tells the database what a module subscribes to and schedules, whenever the module is enabled or its code changed; core's at start. */
export async function syncModule(unit: UnitOfWork, registrations: Registrations, time: ScheduleTime): Promise<void> {
  await syncSubscriptions(unit, registrations);
  await syncSchedules(unit, registrations, time);
}

/** Makes the subscriptions in the database those the module registered; the deliveries of one that is gone go too. */
export async function syncSubscriptions(unit: UnitOfWork, registrations: Registrations): Promise<void> {
  const rows = registrations.subscriptions.map(({ module, name, event }) => ({
    id: subscriptionId(module, name),
    module,
    event: event.id,
    event_version: event.version,
  }));
  await removeSubscriptions(
    unit.trx,
    registrations.module,
    rows.map(({ id }) => id),
  );
  if (rows.length > 0) await unit.trx('core.subscriptions').insert(rows).onConflict('id').merge();
}

/** Removes subscriptions, deliveries (dead ones too), schedules and waiting jobs of a module. For archiving a plugin. */
export async function removeModule(unit: UnitOfWork, module: string): Promise<void> {
  await removeSubscriptions(unit.trx, module, []);
  await removeSchedules(unit, module);
  await dropJobs(unit.trx, module);
  await unit.trx('core.paused_modules').where({ module }).delete();
}

/** Identity of a subscription for ever. */
export function subscriptionId(module: string, name: string): string {
  return `${module}:${name}`;
}

async function removeSubscriptions(trx: Knex.Transaction, module: string, keep: readonly string[]): Promise<void> {
  const gone = trx('core.subscriptions')
    .where({ module })
    .whereNotIn('id', [...keep]);
  await trx('core.deliveries').whereIn('subscription_id', gone.clone().select('id')).delete();
  await gone.delete();
}
