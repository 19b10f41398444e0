import type { Knex } from 'knex';
import type { Generation } from '../../kernel/generation.js';
import type { CompiledEntity } from '../compiled-entity.js';
import { quoted } from '../names.js';
import { emptySearchTables, searchTableOf } from './search-tables.js';

/** How far the search rows of an entity are made of the fields that are searched now. */
export interface SearchBuild {
  readonly entity: string;
  readonly fieldsKey: string;
  /** Last record done in the order of ids; null before the first. */
  readonly lastId: string | null;
  readonly done: number;
  readonly finishedAt: Date | null;
}

/** What active modules declare, and since when. */
export type Declared = Pick<Generation, 'number' | 'entities'>;

/**
 * Notes for entities whose searched fields are others than before, or which search does not know yet, that their rows have to be
 * made anew; without records there is nothing to make.
 * @returns whether any build waits
 */
export async function noteSearchedFields(knex: Knex, { number, entities }: Declared): Promise<boolean> {
  const known = new Map((await readBuilds(knex)).map((build) => [build.entity, build]));
  let isAnyWaiting = false;
  for (const entity of entities.values()) {
    const build = known.get(entity.definition.id);
    if (entity.search === null) continue;
    if (build?.fieldsKey !== entity.search.fieldsKey) {
      isAnyWaiting = (await startBuild(knex, entity, number)) || isAnyWaiting;
    } else isAnyWaiting = isAnyWaiting || build.finishedAt === null;
  }
  return isAnyWaiting;
}

/** Has the rows of an entity made anew from its first record on, whatever was done. */
export async function restartBuild(knex: Knex, entity: CompiledEntity, generation: number): Promise<void> {
  await knex.raw(startStatement(entity, 'true'), valuesOf(entity, generation));
}

/** Builds of all entities. */
export async function readBuilds(knex: Knex): Promise<readonly SearchBuild[]> {
  const { rows } = await knex.raw<{ rows: SearchBuild[] }>(`${selectBuilds} order by entity`);
  return rows;
}

/** Reads a build and keeps it until the transaction ends: two who make rows of one entity take turns. */
export async function lockBuild(trx: Knex.Transaction, entity: string): Promise<SearchBuild | undefined> {
  const { rows } = await trx.raw<{ rows: SearchBuild[] }>(`${selectBuilds} where entity = ? for update`, [entity]);
  return rows[0];
}

/** Notes a set that was done. */
export async function noteProgress(
  trx: Knex.Transaction,
  entity: string,
  set: { readonly lastId: string; readonly count: number },
): Promise<void> {
  await trx.raw('update core.search_builds set last_id = ?, done = done + ? where entity = ?', [
    set.lastId,
    set.count,
    entity,
  ]);
}

/** Ends a build: what search still held of records that are gone goes too. */
export async function finishBuild(trx: Knex.Transaction, entity: CompiledEntity): Promise<void> {
  const { id } = entity.definition;
  await trx.raw(
    `delete from ${searchTableOf(id)} s where not exists
       (select from ${quoted(entity.schemaName, entity.tableName)} r where r.id = s.record_id and r.deleted_at is null)`,
  );
  await trx.raw('update core.search_builds set finished_at = now() where entity = ?', [id]);
}

/** Takes the records of a module that leaves out of search, and out of what people opened last; when it is back, they are found again once that is noted. */
export async function forgetModule(trx: Knex.Transaction, module: string): Promise<void> {
  await emptySearchTables(trx, module);
  for (const table of ['core.search_builds', 'core.recent_records'])
    await trx.raw('delete from ?? where starts_with(entity, ?)', [table, `${module}.`]);
}

/** @returns whether there is something to make */
async function startBuild(knex: Knex, entity: CompiledEntity, generation: number): Promise<boolean> {
  const isNews = 'search_builds.fields_key <> excluded.fields_key and search_builds.generation <= excluded.generation';
  const statement = startStatement(entity, isNews);
  const { rows } = await knex.raw<{ rows: { isWaiting: boolean }[] }>(statement, valuesOf(entity, generation));
  return rows[0]?.isWaiting ?? false;
}

function valuesOf({ definition, search }: CompiledEntity, generation: number): [string, string, number] {
  return [definition.id, search?.fieldsKey ?? '', generation];
}

/** Rows of before may be there still when a table is empty, so only what never had any is done at once. */
function startStatement({ schemaName, tableName }: CompiledEntity, condition: string): string {
  return `
    insert into core.search_builds (entity, fields_key, generation, finished_at)
    select ?, ?, ?, case when exists (select from ${quoted(schemaName, tableName)}) then null else now() end
    on conflict (entity) do update set fields_key = excluded.fields_key, generation = excluded.generation, last_id = null, done = 0, finished_at = excluded.finished_at
      where ${condition}
    returning finished_at is null as "isWaiting"`;
}

const selectBuilds = `select entity, fields_key as "fieldsKey", last_id as "lastId", done, finished_at as "finishedAt" from core.search_builds`;
