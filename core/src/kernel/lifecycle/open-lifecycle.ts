import { isTrellisError } from '@trellis-crm/sdk';
import { discoverPlugins } from './discovery.js';
import { noteStart } from './faults.js';
import type { Follower } from './follower.js';
import { linkSdk } from './installed-copy.js';
import type { Journal } from './journal.js';
import type { LifecycleContext } from './lifecycle-context.js';
import { giveUpFatalOperations, recordIncident } from './strikes.js';

/** Brings up what is active, after looking for plugins and finishing what a crash left; then follows the other processes. */
export async function openLifecycle(context: LifecycleContext, journal: Journal, follower: Follower): Promise<void> {
  const { parts, running } = context;
  await linkSdk(parts.dataDir);
  // Before any plugin is loaded: loading may have been what ended the process before.
  for (const incident of parts.incidents ?? []) await recordIncident(context, incident);
  try {
    await journal.prepare(() => prepare(context));
  } catch (error) {
    if (!isTrellisError(error) || error.code !== 'operation_running') throw error;
    // Another process is at a long operation; this one starts with what is active and follows.
    await running.refresh();
  }
  if (parts.process.serves) await follower.start();
}

async function prepare(context: LifecycleContext): Promise<void> {
  const { parts, running } = context;
  await giveUpFatalOperations(context, parts.incidents ?? []);
  await discoverPlugins(parts.database.knex, parts.pluginsDir, parts.log);
  await running.refresh({ migrate: true });
  if (parts.process.serves) await noteStart(context);
}
