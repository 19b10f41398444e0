import type { EntityDefinition } from '@trellis-crm/sdk';
import { textLiteral } from '../writes/statement-text.js';
import { searchTableOf } from './search-tables.js';

/** What a recordset brings along beside the record's own columns for the texts of its search row. No column has such a name. */
export const searchColumns = [
  { name: '~title', type: 'text' },
  { name: '~text', type: 'text' },
  { name: '~details', type: 'text' },
  /** Words with a blank between them. */
  { name: '~words', type: 'text' },
] as const;

/** What of an entity the statements name. */
export type SearchedEntity = Pick<EntityDefinition, 'id' | 'owned'>;

/**
 * Adds search rows: a part of a statement that writes records.
 * @param from recordset `n` with the record's columns and {@link searchColumns}, and what is joined to it
 * @param team SQL of the record's team, when it is not that of the recordset
 */
export function insertSearch({ id, owned }: SearchedEntity, from: string, team = 'n."team_id"'): string {
  return `insert into ${searchTableOf(id)} (entity, record_id, owner_id, team_id, updated_at, title, text, details, terms)
  select ${textLiteral(id)}, n."id", ${owned ? `n."owner_id", ${team}` : 'null, null'}, n."updated_at",
    n."~title", n."~text", n."~details", array_to_tsvector(string_to_array(n."~words", ' '))
  from ${from}`;
}

/** The same for records that may have rows already. What does not change keeps its place in the indexes. */
export function saveSearch(entity: SearchedEntity, from: string): string {
  return `${insertSearch(entity, from)}
  on conflict (entity, record_id) do update set owner_id = excluded.owner_id, team_id = excluded.team_id,
    updated_at = excluded.updated_at, title = excluded.title, text = excluded.text, details = excluded.details, terms = excluded.terms`;
}

/** Carries owner, team and moment of records over whose texts are the same. @param from as above, without {@link searchColumns} */
export function touchSearch({ id, owned }: SearchedEntity, from: string): string {
  const belonging = owned ? 'owner_id = n."owner_id", team_id = n."team_id", ' : '';
  return `update ${searchTableOf(id)} e set ${belonging}updated_at = n."updated_at"
  from ${from} where e.record_id = n."id"`;
}

/** Takes the rows of records out. @param from recordset `n` of ids */
export function removeSearch({ id }: SearchedEntity, from: string): string {
  return `delete from ${searchTableOf(id)} e using ${from} where e.record_id = n."id"`;
}
