import type { BriefFact, BriefLine, Context, EntityDefinition, Id } from '@trellis-crm/sdk';
import type { Identity } from '../../auth/identity.js';
import { readLastActivities, type LastActivity } from '../../timeline/last-activities.js';
import type { Workspace } from '../../workspace/workspace.js';

/** What happened last with a customer, and when: core's own line of the brief beside the owner. */
export function lastActivityLine(entity: EntityDefinition, workspace: () => Workspace): BriefLine {
  return {
    id: `${entity.noun}-last-activity`,
    label: 'brief.lastActivity',
    entity,
    permission: 'core.activity:read',
    order: 20,
    load: (ctx, ids) => lastOf(ctx, workspace(), { entity, ids }),
  };
}

async function lastOf(
  ctx: Context,
  { generation, database }: Workspace,
  { entity, ids }: { readonly entity: EntityDefinition; readonly ids: readonly Id[] },
): Promise<ReadonlyMap<Id, BriefFact>> {
  const current = generation();
  const compiled = current.entities.get(entity.id);
  if (compiled === undefined) return new Map();
  // Core's contexts are made for an identity, which is what plugins know as the actor.
  const identity = ctx.actor as Identity;
  const scope = { generation: current, identity, db: database.knex, elevatedFor: null, phoneCountry: null };
  const last = await readLastActivities(scope, compiled, ids);
  return new Map(ids.map((id) => [id, factOf(ctx, last.get(id))]));
}

function factOf(ctx: Context, last: LastActivity | undefined): BriefFact {
  if (last === undefined) return { value: ctx.t('brief.nothingYet') };
  const kind = ctx.t(`activity.options.kind.${last.kind}`);
  return { value: `${kind} · ${ctx.format.date(last.occurredAt, { compact: true })}`, href: `/activities/${last.id}` };
}
