import type { Knex } from 'knex';
import { prepare, runPrepared } from '../../database/prepared.js';
import type { CompiledEntity } from '../compiled-entity.js';
import { recordset } from '../writes/write-shape.js';
import { searchTexts } from './search-texts.js';
import { removeSearch, saveSearch, searchColumns, type SearchedEntity } from './search-statements.js';

/** A record whose search row is to be made. */
export interface FoundRecord {
  readonly id: string;
  /** All its values by path, those that search looks at, and owner, team and `updatedAt`. */
  readonly values: ReadonlyMap<string, unknown>;
}

/** Makes the search rows of records what their values say, whether they have one or not. */
export async function saveToSearch(db: Knex, entity: CompiledEntity, records: readonly FoundRecord[]): Promise<void> {
  const { search, definition } = entity;
  if (search === null || records.length === 0) return;
  const rows = records.map(({ id, values }) => ({
    id,
    updated_at: values.get('updatedAt'),
    owner_id: values.get('owner') ?? null,
    team_id: values.get('team') ?? null,
    ...searchTexts(search, values),
  }));
  await runPrepared(db, prepare(saveStatement(definition)), [JSON.stringify(rows)]);
}

/** Takes records out of search. */
export async function removeFromSearch(db: Knex, entity: CompiledEntity, ids: readonly string[]): Promise<void> {
  if (entity.search === null || ids.length === 0) return;
  await runPrepared(db, prepare(removeStatement(entity.definition)), [[...ids]]);
}

const ownColumns = [
  { name: 'id', type: 'uuid' },
  { name: 'updated_at', type: 'timestamptz' },
  { name: 'owner_id', type: 'uuid' },
  { name: 'team_id', type: 'uuid' },
] as const;

function saveStatement(definition: SearchedEntity): string {
  return saveSearch(definition, recordset('$1::jsonb', [...ownColumns, ...searchColumns]));
}

function removeStatement(definition: SearchedEntity): string {
  return removeSearch(definition, '(select unnest($1::uuid[]) as "id") n');
}
