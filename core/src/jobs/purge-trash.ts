import type { Clock, Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { BaseLogger } from 'pino';
import { classifyDatabaseError } from '../database/database-errors.js';
import { runUnit, type UnitOfWork } from '../database/unit-of-work.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import { forgetLinks } from '../records/forget-links.js';
import { forgetTags } from '../records/tags/forget-tags.js';
import { recordHistory } from '../records/history.js';
import { forgetKept } from '../records/kept/forget-kept.js';

/** What emptying the trash needs. */
export interface TrashParts {
  readonly knex: Knex;
  readonly clock: Clock;
  readonly log: BaseLogger;
  wakeRelay(): void;
  /** Entities of the current generation: those of a disabled plugin keep their trash until it is back. */
  entities(): Iterable<CompiledEntity>;
}

const keepMs = 30 * 86_400_000;
const batchSize = 200;

/** Deletes for good what has been in the trash for 30 days, with an audit row and a `purged` event each. What others still refer to stays. */
export async function purgeTrash(parts: TrashParts): Promise<void> {
  const before = new Date(parts.clock.now().getTime() - keepMs);
  // Plugins come after core, and their records refer to core's: what refers goes first.
  for (const entity of [...parts.entities()].toReversed()) await purgeEntity(parts, entity, before);
}

interface TrashedRow {
  readonly id: Id;
  readonly version: number;
}

/** Page by page along the ids, so that what cannot be deleted is passed once. */
async function purgeEntity(parts: TrashParts, entity: CompiledEntity, before: Date): Promise<void> {
  const dependents = await findDependents(parts.knex, entity);
  let last: Id | null = null;
  for (;;) {
    const rows: readonly TrashedRow[] = await trashed(parts.knex, entity, dependents, { before, after: last });
    if (rows.length === 0) return;
    await purgeRows(parts, entity, rows);
    last = rows.at(-1)?.id ?? null;
  }
}

/** A column of records that the database would delete along with those they refer to; names are quoted. */
interface Dependent {
  readonly table: string;
  readonly column: string;
}

/** Asked of the database, which knows the records of disabled plugins too. */
async function findDependents(knex: Knex, { schemaName, tableName }: CompiledEntity): Promise<readonly Dependent[]> {
  const { rows } = await knex.raw<{ rows: Dependent[] }>(
    `select c.conrelid::regclass::text as "table", quote_ident(a.attname) as "column"
     from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
     where c.contype = 'f' and c.confdeltype = 'c' and c.confrelid = ?::regclass
       and exists (select from pg_attribute d where d.attrelid = c.conrelid and d.attname = 'deleted_at')`,
    [`${schemaName}.${tableName}`],
  );
  return rows;
}

/** Records would go with others without an audit row, and without anybody having asked for it: they hold those back. */
function trashed(
  knex: Knex,
  entity: CompiledEntity,
  dependents: readonly Dependent[],
  { before, after }: { readonly before: Date; readonly after: Id | null },
): Promise<readonly TrashedRow[]> {
  const query = knex<TrashedRow>(`${entity.schemaName}.${entity.tableName} as r`).where('deleted_at', '<', before);
  for (const { table, column } of dependents)
    void query.whereRaw(`not exists (select from ${table} as dependent where dependent.${column} = r.id)`);
  if (after !== null) void query.where('id', '>', after);
  return query.orderBy('id').limit(batchSize).select('id', 'version');
}

/** All in one unit; when one of them is still referred to, each in a unit of its own. */
async function purgeRows(parts: TrashParts, entity: CompiledEntity, rows: readonly TrashedRow[]): Promise<void> {
  try {
    await runUnit(
      parts.knex,
      () => parts.wakeRelay(),
      (unit) => purgeInUnit(unit, parts, entity, rows),
    );
  } catch (error) {
    if (classifyDatabaseError(error)?.fault !== 'foreign_key') throw error;
    if (rows.length > 1) for (const row of rows) await purgeRows(parts, entity, [row]);
    else
      parts.log.debug({ entity: entity.definition.id, id: rows[0]?.id }, 'kept in the trash: something refers to it');
  }
}

async function purgeInUnit(
  unit: UnitOfWork,
  { clock, entities }: TrashParts,
  entity: CompiledEntity,
  rows: readonly TrashedRow[],
): Promise<void> {
  const { id: entityId } = entity.definition;
  const ids = rows.map(({ id }) => id);
  await forgetKept(unit.trx, entity, ids);
  // Somebody may have restored one meanwhile.
  const purged = await unit
    .trx<TrashedRow>(`${entity.schemaName}.${entity.tableName}`)
    .whereIn('id', ids)
    .whereNotNull('deleted_at')
    .delete(['id', 'version']);
  await unit
    .trx('core.external_ids')
    .where({ entity: entityId })
    .whereIn(
      'record_id',
      purged.map(({ id }) => id),
    )
    .delete();
  await forgetLinks(
    unit.trx,
    entities(),
    entityId,
    purged.map(({ id }) => id),
  );
  await forgetTags(
    unit.trx,
    entityId,
    purged.map(({ id }) => id),
  );
  await recordHistory(
    { unit, clock, requestId: null, identity: coreItself },
    entity,
    purged.map(({ id, version }) => ({ id, version, change: 'purged', changes: {}, cause: null })),
  );
}

const coreItself = { kind: 'plugin', id: 'core', onBehalfOf: null } as const;
