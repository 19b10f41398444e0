import { recordEvent, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { appendEvents } from '../events/outbox.js';
import type { Generation } from '../kernel/generation.js';
import { forgetLinks, forgetTags, removeFromSearch, type CompiledEntity } from '../records/index.js';
import { deletionOrder, inactiveReferrers, referrers, type Referrer } from './referrers.js';

/** What became of the demo records. */
export interface RemovalReport {
  readonly removed: number;
  /** Records that stay, as ordinary ones: somebody's own records refer to them, or nobody else could administer. */
  readonly kept: number;
}

/** Removes demo records for good, in the transaction of the unit. What only a disabled plugin refers to stays demo data. */
export async function removeDemoRecords(
  unit: UnitOfWork,
  generation: Generation,
  actorId: Id | null,
): Promise<RemovalReport> {
  const { trx } = unit;
  await trx.raw('lock table core.demo_records in share row exclusive mode');
  const entities = [...generation.entities.values()];
  const going = await demoIds(trx, generation);
  const waiting = await keepReferred(trx, await inactiveReferrers(trx, entities), going);
  const settled = idsOf(going);
  const kept = await keepNeeded(trx, entities, going, actorId);
  let removed = 0;
  for (const entity of deletionOrder(entities)) {
    const ids = going.get(entity.definition.id) ?? new Set();
    removed += await removeRecords(unit, entity, { ids, entities });
  }
  await trx.raw('delete from core.demo_records where record_id = any(?::uuid[])', [settled]);
  return { removed, kept: waiting + kept };
}

type Ids = Map<string, Set<Id>>;

async function demoIds(trx: Knex.Transaction, generation: Generation): Promise<Ids> {
  const { rows } = await trx.raw<{ rows: { entity: string; record_id: Id }[] }>(
    'select entity, record_id from core.demo_records',
  );
  const known = rows.filter(({ entity }) => generation.entities.has(entity));
  const byEntity = Map.groupBy(known, ({ entity }) => entity);
  return new Map([...byEntity].map(([entity, members]) => [entity, new Set(members.map(({ record_id: id }) => id))]));
}

function idsOf(ids: Ids): Id[] {
  return [...ids.values()].flatMap((members) => [...members]);
}

/** Takes out of `going` what must stay, until nothing that stays refers to anything that goes. @returns how many stay */
async function keepNeeded(
  trx: Knex.Transaction,
  entities: readonly CompiledEntity[],
  going: Ids,
  actorId: Id | null,
): Promise<number> {
  const users = going.get('core.user') ?? new Set();
  const people = [...(await lastAdmins(trx, users)), ...(actorId === null ? [] : [actorId])];
  let kept = people.filter((id) => users.delete(id)).length;
  const all = entities.flatMap((entity) => referrers(entity));
  for (let found = -1; found !== 0; kept += found) found = await keepReferred(trx, all, going);
  return kept;
}

/** Demo admins, when no other admin could sign in. */
async function lastAdmins(trx: Knex.Transaction, users: ReadonlySet<Id>): Promise<readonly Id[]> {
  const { rows } = await trx.raw<{ rows: { id: Id }[] }>(
    `select u.id from core.users u join core.credentials c on c.user_id = u.id
     where u.role = 'admin' and u.status = 'active' and u.deleted_at is null`,
  );
  return rows.some(({ id }) => !users.has(id)) ? [] : rows.map(({ id }) => id);
}

/** @returns how many were taken out */
async function keepReferred(trx: Knex.Transaction, from: readonly Referrer[], going: Ids): Promise<number> {
  let kept = 0;
  for (const { sql, target, entity } of from) {
    const targets = going.get(target);
    if (targets === undefined || targets.size === 0) continue;
    const bindings = [[...targets], [...(going.get(entity) ?? [])]];
    const { rows } = await trx.raw<{ rows: { target: Id }[] }>(sql, bindings);
    kept += rows.filter((row) => targets.delete(row.target)).length;
  }
  return kept;
}

async function removeRecords(
  unit: UnitOfWork,
  entity: CompiledEntity,
  { ids, entities }: { readonly ids: ReadonlySet<Id>; readonly entities: readonly CompiledEntity[] },
): Promise<number> {
  if (ids.size === 0) return 0;
  const { trx } = unit;
  const rows = await trx<{ id: Id; version: number }>(`${entity.schemaName}.${entity.tableName}`)
    .whereIn('id', [...ids])
    .delete(['id', 'version']);
  const removed = rows.map(({ id }) => id);
  await trx('core.external_ids').where({ entity: entity.definition.id }).whereIn('record_id', removed).delete();
  await removeFromSearch(trx, entity, removed);
  await forgetLinks(trx, entities, entity.definition.id, removed);
  await forgetTags(trx, entity.definition.id, removed);
  const event = recordEvent(entity.definition, 'purged');
  await appendEvents(
    unit,
    rows.map(({ id, version }) => ({
      event,
      payload: { id, version, changed: [] },
      recordVersion: version,
      actor: 'plugin:core',
      onBehalfOf: null,
    })),
  );
  return rows.length;
}
