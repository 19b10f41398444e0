import type { CompiledEntity } from '../../records/compiled-entity.js';
import { addressOf, asText, titleOf, type RecordValues } from '../fields/entity-field.js';
import { isWithout } from '../list/list-view.js';
import { mapAtMost } from '../module-call.js';
import type { PageCall } from '../page-call.js';

const shownCount = 8;

/** What I own and what changed last, newest first, as `ui-list` takes it: one query per kind of record that can be mine. */
export async function recentRecords(call: PageCall): Promise<readonly object[]> {
  const { userId } = call.request.identity;
  if (userId === null) return [];
  const found = await mapAtMost(3, ownedEntities(call), (entity) => newestOf(call, entity, userId));
  const newest = found.flat().toSorted((left, right) => right.changedAt.localeCompare(left.changedAt));
  return newest.slice(0, shownCount).map(({ entity, record, changedAt }) => ({
    title: titleOf(entity, record),
    href: addressOf(entity, record),
    icon: entity.definition.icon ?? 'box',
    note: call.labels.one(entity.definition),
    end: call.request.generation.views.formatters.timeAgo(call.env, changedAt),
  }));
}

interface Recent {
  readonly entity: CompiledEntity;
  readonly record: RecordValues;
  readonly changedAt: string;
}

function ownedEntities({ request: { generation, identity } }: PageCall): CompiledEntity[] {
  return [...generation.entities.values()].filter((entity) => {
    const { owned, menu, id } = entity.definition;
    return owned && menu !== false && !isWithout(entity, 'pages') && identity.reach(`${id}:read`) !== null;
  });
}

async function newestOf({ ctx }: PageCall, entity: CompiledEntity, owner: string): Promise<Recent[]> {
  const records: readonly RecordValues[] = await ctx
    .query(entity.definition)
    .where({ owner })
    .sort('-updatedAt')
    .limit(shownCount);
  return records.map((record) => ({ entity, record, changedAt: asText(record['updatedAt']) }));
}
