import { PluginQuarantined } from '@trellis-crm/sdk';
import { appendEvents } from '../events/outbox.js';
import { pauseModule, removeModule, resumeModule, syncModule } from '../events/module-work.js';
import type { LifecycleParts } from '../kernel/lifecycle/index.js';
import { forgetModule, forgetRecordsOfModule, type CompiledEntity } from '../records/index.js';
import type { Foundation } from './foundation.js';

/** What events, jobs and roles do in the transaction that changes a plugin's state. */
export function moduleWork(
  { clock, place }: Pick<Foundation, 'clock' | 'place'>,
  entities: () => Iterable<CompiledEntity>,
): LifecycleParts['work'] {
  return {
    pause: (unit, module) => pauseModule(unit, module, clock.now()),
    quarantined: (unit, plugin) => appendEvents(unit, [{ ...byCore, event: PluginQuarantined, payload: { plugin } }]),
    resume: resumeModule,
    sync: (unit, registrations) => syncModule(unit, registrations, { now: clock.now(), timeZone: place().timeZone }),
    async remove(unit, module) {
      await removeModule(unit, module);
      await forgetModule(unit.trx, module);
    },
    purge: (trx, module) => forgetRecordsOfModule(trx, entities(), module),
    async takeGrants(unit, module) {
      const grants = await unit.trx<object>('core.role_grants').where('permission', 'like', `${module}.%`).select();
      await unit.trx('core.role_grants').where('permission', 'like', `${module}.%`).delete();
      return grants;
    },
    async giveGrants(unit, grants) {
      if (grants.length > 0)
        await unit
          .trx('core.role_grants')
          .insert([...grants])
          .onConflict()
          .ignore();
    },
  };
}

const byCore = { recordVersion: null, actor: 'plugin:core', onBehalfOf: null } as const;
