import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { CompiledEntity, KeptPart } from '../compiled-entity.js';
import { quoted, schemaNameOf } from '../names.js';
import { textLiteral } from '../sql.js';
import { builtKept } from '../statements/record-text.js';

/** Name of the job of core. */
export const keepAnswersJob = 'keep-answers';

const setSize = 1000;

/**
 * Keeps the answers of records that were written by other declarations or past the record layer, set by set in transactions of their own.
 * It changes no version: what is answered stays the same, and comes faster.
 * @returns number of rows by entity
 */
export async function keepAnswers(
  knex: Knex,
  entities: Iterable<CompiledEntity>,
): Promise<ReadonlyMap<string, number>> {
  const done = new Map<string, number>();
  for (const entity of entities) {
    let count = 0;
    for (const table of tablesOf(entity)) count += await keepAll(knex, table);
    done.set(entity.definition.id, count);
  }
  return done;
}

/** Keeps the answers of records that were just changed in the same transaction by a statement that knows nothing of them. */
export async function keepAnswersOf(trx: Knex.Transaction, entity: CompiledEntity, ids: readonly Id[]): Promise<void> {
  const [own] = tablesOf(entity);
  if (own !== undefined && ids.length > 0) await keepRows(trx, own, ids);
}

/** A table that keeps answers. */
export interface KeepingTable {
  /** Quoted. */
  readonly name: string;
  readonly key: string;
  readonly part: KeptPart;
}

/** Tables of an entity that keep answers: its own first, then those beside it. */
export function tablesOf(entity: CompiledEntity): readonly KeepingTable[] {
  const own = { name: quoted(entity.schemaName, entity.tableName), key: 'id', part: entity.kept };
  // Lists alone need no row beside the record.
  const withFields = [...entity.keptSides].filter(([, { scalars }]) => scalars.length > 0);
  const sides = withFields.map(([plugin, part]) => ({
    name: quoted(schemaNameOf(plugin), entity.extensions.get(plugin)?.tableName ?? ''),
    key: 'record_id',
    part,
  }));
  return [own, ...sides];
}

async function keepAll(knex: Knex, table: KeepingTable): Promise<number> {
  let count = 0;
  let last: string | undefined;
  do {
    const ids = await knex.transaction((trx) => keepSet(trx, table, last));
    count += ids.length;
    last = ids.at(-1);
  } while (last !== undefined);
  return count;
}

/** Locks first: the second statement then sees entries as they are and no write can come between. What is locked by others waits for the next run. */
async function keepSet(
  trx: Knex.Transaction,
  { name, key, part }: KeepingTable,
  after: string | undefined,
): Promise<string[]> {
  const row = part.alias;
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `select ${row}.${key} as id from ${name} ${row} where (${row}.kept is null or ${row}.kept[1] <> ${textLiteral(part.shape)})
     ${after === undefined ? '' : `and ${row}.${key} > ?::uuid`} order by ${row}.${key} limit ${setSize} for no key update skip locked`,
    after === undefined ? [] : [after],
  );
  const ids = rows.map(({ id }) => id);
  if (ids.length > 0) await keepRows(trx, { name, key, part }, ids);
  return ids;
}

async function keepRows(
  trx: Knex.Transaction,
  { name, key, part }: KeepingTable,
  ids: readonly string[],
): Promise<void> {
  const text = `update ${name} ${part.alias} set kept = ${builtKept(part)} where ${part.alias}.${key} = any(?::uuid[])`;
  await trx.raw(text, [[...ids]]);
}
