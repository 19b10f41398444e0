import { Cron } from 'croner';
import type { Knex } from 'knex';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { Registrations } from '../kernel/registrations.js';

/** When and where schedules are reckoned. */
export interface ScheduleTime {
  readonly now: Date;
  /** IANA name of the workspace's time zone. */
  readonly timeZone: string;
}

/** First run of a five-field cron pattern after `time.now`. @throws Error when the pattern is not one or never comes */
export function nextDue(cron: string, time: ScheduleTime): Date {
  const due = new Cron(cron, { timezone: time.timeZone, mode: '5-part', paused: true }).nextRun(time.now);
  if (due === null) throw new RangeError(`Schedule "${cron}" never comes`);
  return due;
}

/** Makes the schedules in the database those the module registered. One that stays keeps its next run. */
export async function syncSchedules(unit: UnitOfWork, registrations: Registrations, time: ScheduleTime): Promise<void> {
  const { module } = registrations;
  const rows = registrations.jobs.flatMap(({ name, schedule: { cron } }) =>
    cron === undefined
      ? []
      : [{ id: `${module}:${name}`, module, cron, time_zone: time.timeZone, next_due: nextDue(cron, time) }],
  );
  const table = unit.trx('core.schedules');
  await table
    .clone()
    .where({ module })
    .whereNotIn(
      'id',
      rows.map(({ id }) => id),
    )
    .delete();
  if (rows.length === 0) return;
  await table
    .clone()
    .insert(rows)
    .onConflict('id')
    .merge(['cron', 'time_zone', 'next_due'])
    .whereRaw('schedules.cron <> excluded.cron');
}

/** A schedule, as administrators see it. */
export interface Schedule {
  /** `<module>:<job>` */
  readonly id: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly nextDue: Date;
  /** Due time of the last run; null before the first. */
  readonly lastDue: Date | null;
  /** Its module is disabled. */
  readonly isPaused: boolean;
}

/** All schedules, next to run first. */
export async function listSchedules(knex: Knex): Promise<readonly Schedule[]> {
  const { rows } = await knex.raw<{ rows: Schedule[] }>(`
    select s.id, s.cron, s.time_zone as "timeZone", s.next_due as "nextDue", s.last_due as "lastDue",
      exists (select from core.paused_modules p where p.module = s.module) as "isPaused"
    from core.schedules s order by s.next_due, s.id`);
  return rows;
}

/** Forgets the schedules of a module. */
export async function removeSchedules(unit: UnitOfWork, module: string): Promise<void> {
  await unit.trx('core.schedules').where({ module }).delete();
}
