import type { Clock, Id } from '@trellis-crm/sdk';
import { auditAccess } from '../auth/access-audit.js';
import type { Identity } from '../auth/identity.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { Generation } from '../kernel/generation.js';
import { recordHistory, type FieldChange } from '../records/history.js';
import { keepAnswersOf } from '../records/kept/keep-answers.js';
import { findOwnedTables, type OwnedTable } from './owned-tables.js';

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

/** Number of records by entity id, or by table for plugins that are not active; without those of which there are none. */
export type ReassignedCounts = Readonly<Record<string, number>>;

/** How many records a user owns, those in the trash too. */
export async function countOwned(
  scope: Pick<ReassignScope, 'unit' | 'generation'>,
  owner: Id,
): Promise<ReassignedCounts> {
  const counts: TableCount[] = [];
  for (const table of await findOwnedTables(scope)) {
    const { rows } = await scope.unit.trx.raw<{ rows: { count: number }[] }>(
      'select count(*)::int as count from ?? where owner_id = ?',
      [table.name, owner],
    );
    counts.push({ table, count: rows[0]?.count ?? 0 });
  }
  return sumUp(counts);
}

/**
 * Gives everything a user owns to another, with audit rows and events: four statements per entity, however many records.
 * What plugins that are not active keep moves as well, with one audit row about the user in place of theirs.
 * Guards are not asked: nobody may keep a record with somebody who left.
 */
export async function reassignOwned(scope: ReassignScope, handover: Handover): Promise<ReassignedCounts> {
  const counts: TableCount[] = [];
  for (const table of await findOwnedTables(scope)) {
    const moved = await moveRows(scope, table, handover);
    const entries = moved.map((row) => toEntry(row, handover));
    if (table.entity !== null) {
      await recordHistory(scope, table.entity, entries);
      await keepAnswersOf(
        scope.unit.trx,
        table.entity,
        moved.map(({ id }) => id),
      );
    }
    counts.push({ table, count: moved.length });
  }
  await moveInSearch(scope, handover);
  await auditAbsent(scope, handover, sumUp(counts.filter(({ table }) => table.entity === null)));
  return sumUp(counts);
}

/** Rows of plugins that are not active too, in one go: what belongs to a user in the search table belongs to them in its own. */
async function moveInSearch({ unit, clock }: ReassignScope, { from, to }: Handover): Promise<void> {
  await unit
    .trx('core.search_entries')
    .where({ owner_id: from })
    .update({ owner_id: to.id, team_id: to.teamId, updated_at: clock.now() });
}

interface TableCount {
  readonly table: OwnedTable;
  readonly count: number;
}

function sumUp(counts: readonly TableCount[]): ReassignedCounts {
  const some = counts.filter(({ count }) => count > 0);
  return Object.fromEntries(some.map(({ table, count }) => [table.entity?.definition.id ?? table.name, count]));
}

interface MovedRow {
  readonly id: Id;
  readonly version: number;
  readonly old_team_id: Id | null;
}

async function moveRows(
  { unit, identity, clock }: ReassignScope,
  { name }: OwnedTable,
  { from, to }: Handover,
): Promise<readonly MovedRow[]> {
  const { rows } = await unit.trx.raw<{ rows: MovedRow[] }>(
    `update ?? as record
     set owner_id = ?, team_id = ?, version = record.version + 1, updated_at = ?, updated_by = ?
     from (select id, team_id from ?? where owner_id = ? order by id for update) as old
     where record.id = old.id
     returning record.id, record.version, old.team_id as old_team_id`,
    // knex types bindings without null, which pg takes.
    [name, to.id, to.teamId, clock.now(), identity.userId, name, from] as string[],
  );
  return rows;
}

function toEntry({ id, version, old_team_id: oldTeam }: MovedRow, { from, to }: Handover) {
  const owner: FieldChange = { from, to: to.id };
  const changes: Record<string, FieldChange> =
    oldTeam === to.teamId ? { owner } : { owner, team: { from: oldTeam, to: to.teamId } };
  return { id, version, change: 'updated' as const, changes, cause: 'reassigned' };
}

async function auditAbsent(
  { unit, identity, clock }: ReassignScope,
  { from, to }: Handover,
  counts: ReassignedCounts,
): Promise<void> {
  if (Object.keys(counts).length === 0) return;
  await auditAccess(unit.trx, {
    entity: 'core.user',
    recordId: from,
    verb: 'records-reassigned',
    changes: { owner: { from, to: to.id }, records: { to: counts } },
    by: identity,
    at: clock.now(),
  });
}
