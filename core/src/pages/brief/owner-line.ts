import type { BriefFact, BriefLine, Context, EntityDefinition, Id } from '@trellis-crm/sdk';

/** Who looks after a customer: core's own line of the brief. */
export function ownerLine(entity: EntityDefinition): BriefLine {
  return {
    id: `${entity.noun}-owner`,
    label: 'brief.owner',
    entity,
    permission: `${entity.id}:read`,
    order: 10,
    load: (ctx, ids) => ownersOf(ctx, entity, ids),
  };
}

async function ownersOf(
  ctx: Context,
  entity: EntityDefinition,
  ids: readonly Id[],
): Promise<ReadonlyMap<Id, BriefFact>> {
  const records: readonly Readonly<Record<string, unknown>>[] = await ctx
    .query(entity)
    .where({ id: { in: ids } })
    .include('owner')
    .limit(ids.length);
  return new Map(records.map((record) => [record['id'] as Id, ownerFact(ctx, record['owner'])]));
}

/** An owner whom the reader may not see stays an id, which tells people nothing. */
function ownerFact(ctx: Context, owner: unknown): BriefFact {
  if (owner === null || owner === undefined) return { value: ctx.t('brief.nobody'), tone: 'warn' };
  const { id, name } = Object(owner) as { readonly id?: unknown; readonly name?: unknown };
  if (typeof name !== 'string') return { value: ctx.t('value.hidden') };
  return { value: name, href: `/users/${String(id)}` };
}
