import { hostname } from 'node:os';
import { runUnit, type UnitOfWork } from '../../database/unit-of-work.js';
import type { MarkedCall } from '../crash-marker.js';
import { incidentTexts as texts, type Incident } from './incident.js';
import type { LifecycleContext } from './lifecycle-context.js';
import { raiseNumber, updatePlugin } from './plugin-row.js';

/** So many strikes within so long, and a plugin does not run until somebody enables it again. */
const maxStrikes = 3;
const windowMinutes = 5;

/**
 * Puts an incident down to its suspects. Only one is quarantined by it, the one with the most strikes: the others may have been
 * there by chance, which the next incident tells.
 * @returns the plugin that is in quarantine for it
 */
export function recordIncident(context: LifecycleContext, incident: Incident): Promise<string | undefined> {
  const { database, wakeRelay, calls, log } = context.parts;
  const text = `${texts[incident.kind]}${incident.detail === undefined ? '' : ` (${incident.detail})`}`;
  for (const suspect of incident.suspects) calls.noteStray(suspect, new Error(text));
  return runUnit(database.knex, wakeRelay, async (unit) => {
    const counts = new Map<string, number>();
    for (const suspect of incident.suspects) counts.set(suspect.module, await strike(unit, incident, suspect));
    const worst = incident.suspects.toSorted((a, b) => (counts.get(b.module) ?? 0) - (counts.get(a.module) ?? 0))[0];
    if (worst === undefined || (counts.get(worst.module) ?? 0) < maxStrikes) return undefined;
    if (!(await quarantine(context, unit, worst, text))) return undefined;
    log.error({ module: worst.module, what: worst.what, kind: incident.kind }, 'a plugin is quarantined');
    return worst.module;
  });
}

/** Says that operations which a plugin's own code ended are over: doing them again would end the next process too. Under the lock of operations. */
export async function giveUpFatalOperations(
  { parts: { database } }: LifecycleContext,
  incidents: readonly Incident[],
): Promise<void> {
  for (const { kind, suspects } of incidents) {
    const [only, ...others] = suspects;
    if (only === undefined || others.length > 0) continue;
    const error = `${only.what} of ${only.module} was its end: ${texts[kind]}`;
    const ended = await database
      .knex('core.plugin_operations')
      .where({ plugin: only.module, state: 'running' })
      .update({ state: 'failed', error, finished_at: database.knex.fn.now() });
    if (ended > 0) await updatePlugin(database.knex, only.module, { reason: error });
  }
}

/** A plugin that is enabled begins anew. */
export async function forgetStrikes({ trx }: UnitOfWork, plugin: string): Promise<void> {
  await trx('core.plugin_strikes').where({ plugin }).delete();
}

/** @returns its strikes within the window */
async function strike({ trx }: UnitOfWork, { id, kind }: Incident, { module, what }: MarkedCall): Promise<number> {
  const { rows } = await trx.raw<{ rows: readonly { strikes: number }[] }>(
    `with added as (
       insert into core.plugin_strikes (incident, plugin, kind, what, host)
       select ?, id, ?, ?, ? from core.plugins where id = ?
       on conflict do nothing returning 1)
     select ((select count(*) from added) + (
       select count(*) from core.plugin_strikes
       where plugin = ? and struck_at > clock_timestamp() - ? * interval '1 minute'))::int as strikes`,
    [id, kind, what, hostname(), module, module, windowMinutes],
  );
  return rows[0]?.strikes ?? 0;
}

/** @returns whether it is in quarantine now, for this or for an earlier reason */
async function quarantine(
  { parts }: LifecycleContext,
  unit: UnitOfWork,
  { module, what }: MarkedCall,
  text: string,
): Promise<boolean> {
  const row: { state: string } | undefined = await unit
    .trx('core.plugins')
    .where({ id: module })
    .forUpdate()
    .first('state');
  if (row?.state !== 'active') return row?.state === 'quarantined';
  const reason =
    `${maxStrikes} strikes within ${windowMinutes} minutes, the last during ${what}: ${text}. ` +
    'Enable it again when that is mended.';
  await updatePlugin(unit.trx, module, { state: 'quarantined', reason });
  await parts.work.pause(unit, module);
  await parts.work.quarantined(unit, module);
  await raiseNumber(unit.trx);
  return true;
}
