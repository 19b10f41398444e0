import { UnavailableError } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { CompiledEntity, CompiledField } from '../compiled-entity.js';
import { byId, lockRecords, readRecords } from '../get-records.js';
import { quoted } from '../names.js';
import { valuesOf } from '../present-record.js';
import type { ReadScope } from '../record-scope.js';
import { allOf, sql } from '../sql.js';
import { saveToSearch } from './save-search.js';
import { finishBuild, lockBuild, noteProgress, readBuilds, type SearchBuild } from './search-builds.js';

/** What making search rows anew needs. */
export interface RebuildParts {
  readonly knex: Knex;
  readonly scope: Omit<ReadScope, 'db'>;
  /** Told after each set. */
  onProgress?(entity: string, done: number): void;
  readonly signal?: AbortSignal;
}

const setSize = 1000;

/**
 * Makes the search rows of all waiting builds, set by set in transactions of their own; one that was broken off goes on where it was.
 * @throws UnavailableError `search_fields_differ` when another process has begun a build of other fields than this one knows
 */
export async function rebuildSearch(parts: RebuildParts): Promise<void> {
  for (const build of await readBuilds(parts.knex)) {
    const entity = parts.scope.generation.entities.get(build.entity);
    if (build.finishedAt !== null || entity === undefined) continue;
    while (await rebuildSet(parts, entity)) parts.signal?.throwIfAborted();
  }
}

/** @returns whether there may be more */
function rebuildSet(parts: RebuildParts, entity: CompiledEntity): Promise<boolean> {
  return parts.knex.transaction(async (trx) => {
    const build = await lockBuild(trx, entity.definition.id);
    if (build === undefined || build.finishedAt !== null) return false;
    assertSame(entity, build);
    const ids = await nextIds(trx, entity, build.lastId);
    const lastId = ids.at(-1);
    if (lastId === undefined) {
      await finishBuild(trx, entity);
      return false;
    }
    await saveSet({ ...parts.scope, db: trx }, entity, ids);
    await noteProgress(trx, entity.definition.id, { lastId, count: ids.length });
    parts.onProgress?.(entity.definition.id, build.done + ids.length);
    return true;
  });
}

function assertSame({ definition, search }: CompiledEntity, { fieldsKey }: SearchBuild): void {
  if (search?.fieldsKey !== fieldsKey) throw new UnavailableError('search_fields_differ', { entity: definition.id });
}

async function nextIds(trx: Knex.Transaction, entity: CompiledEntity, after: string | null): Promise<string[]> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `select id from ${quoted(entity.schemaName, entity.tableName)}
     where deleted_at is null and (?::uuid is null or id > ?::uuid) order by id limit ${setSize}`,
    // knex types bindings without null, which pg takes.
    [after, after] as string[],
  );
  return rows.map(({ id }) => id);
}

/** The row locks keep a change from coming between reading and writing, which would put the old texts back. */
async function saveSet(scope: ReadScope, entity: CompiledEntity, ids: readonly string[]): Promise<void> {
  const condition = allOf([byId(ids), sql('r."deleted_at" is null')]);
  const fields = neededFields(entity);
  await lockRecords(scope, entity, ids, { condition });
  const records = await readRecords(scope, entity, ids, { fields, condition });
  await saveToSearch(
    scope.db,
    entity,
    records.map((record) => ({ id: record.id, values: valuesOf(fields, record) })),
  );
}

function neededFields({ fields, search }: CompiledEntity): CompiledField[] {
  const system = new Set(['id', 'owner', 'team', 'updatedAt']);
  return [...fields.values()].filter(({ path }) => system.has(path) || search?.paths.has(path));
}
