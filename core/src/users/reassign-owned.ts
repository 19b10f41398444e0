import type { Clock, Id } from '@trellis-crm/sdk';
import type { Identity } from '../auth/identity.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { Generation } from '../kernel/generation.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import { recordHistory, type FieldChange } from '../records/history.js';

/** The transaction, and on whose order records change hands. */
export interface ReassignScope {
  readonly unit: UnitOfWork;
  readonly generation: Generation;
  readonly identity: Identity;
  readonly requestId: string | null;
  readonly clock: Clock;
}

/** Who owned, and who does now; records belong to the new owner's primary team. */
export interface Handover {
  readonly from: Id;
  readonly to: { readonly id: Id; readonly teamId: Id | null };
}

/** Number of records by entity id, without those of which there are none. */
export type ReassignedCounts = Readonly<Record<string, number>>;

/** How many records a user owns, those in the trash too. */
export async function countOwned(
  { unit, generation }: Pick<ReassignScope, 'unit' | 'generation'>,
  owner: Id,
): Promise<ReassignedCounts> {
  const counts: [string, number][] = [];
  for (const entity of ownedEntities(generation)) {
    const { rows } = await unit.trx.raw<{ rows: { count: number }[] }>(
      'select count(*)::int as count from ?? where owner_id = ?',
      [tableOf(entity), owner],
    );
    counts.push([entity.definition.id, rows[0]?.count ?? 0]);
  }
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/**
 * Gives everything a user owns to another, with audit rows and events: three statements per entity, however many records.
 * Guards are not asked: nobody may keep a record with somebody who left.
 */
export async function reassignOwned(scope: ReassignScope, handover: Handover): Promise<ReassignedCounts> {
  const counts: [string, number][] = [];
  for (const entity of ownedEntities(scope.generation)) {
    const moved = await moveRows(scope, entity, handover);
    await recordHistory(
      scope,
      entity,
      moved.map((row) => toEntry(row, handover)),
    );
    counts.push([entity.definition.id, moved.length]);
  }
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

interface MovedRow {
  readonly id: Id;
  readonly version: number;
  readonly old_team_id: Id | null;
}

async function moveRows(
  { unit, identity, clock }: ReassignScope,
  entity: CompiledEntity,
  { from, to }: Handover,
): Promise<readonly MovedRow[]> {
  const table = tableOf(entity);
  const { rows } = await unit.trx.raw<{ rows: MovedRow[] }>(
    `update ?? as record
     set owner_id = ?, team_id = ?, version = record.version + 1, updated_at = ?, updated_by = ?
     from (select id, team_id from ?? where owner_id = ? order by id for update) as old
     where record.id = old.id
     returning record.id, record.version, old.team_id as old_team_id`,
    // knex types bindings without null, which pg takes.
    [table, to.id, to.teamId, clock.now(), identity.userId, table, from] as string[],
  );
  return rows;
}

function toEntry({ id, version, old_team_id: oldTeam }: MovedRow, { from, to }: Handover) {
  const owner: FieldChange = { from, to: to.id };
  const changes: Record<string, FieldChange> =
    oldTeam === to.teamId ? { owner } : { owner, team: { from: oldTeam, to: to.teamId } };
  return { id, version, change: 'updated' as const, changes, cause: 'reassigned' };
}

function ownedEntities(generation: Generation): CompiledEntity[] {
  return [...generation.entities.values()].filter(({ definition }) => definition.owned);
}

function tableOf({ schemaName, tableName }: CompiledEntity): string {
  return `${schemaName}.${tableName}`;
}
