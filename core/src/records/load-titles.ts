import type { Id } from '@trellis-crm/sdk';
import { prepare, runPrepared } from '../database/prepared.js';
import { linkIdColumn } from './links.js';
import type { ReadScope } from './record-scope.js';
import { mayReadField, reachFor, visibleRecords } from './rights.js';
import { allOf, bindingsOf, finished, numbered, sql, type Sql } from './sql.js';
import { fromClause, sidesOf } from './statements/source.js';
import { jsonValue } from './statements/json-value.js';

/** Titles of records of any entities, in one statement: by `<entity> <id>`, of those that the actor may see and that are not in the trash. */
export async function loadTitles(
  scope: ReadScope,
  wanted: ReadonlyMap<string, ReadonlySet<Id>>,
): Promise<ReadonlyMap<string, string>> {
  // In one order, so that few statements do.
  const ordered = [...wanted].sort(([left], [right]) => (left < right ? -1 : 1));
  const pieces = ordered.flatMap(([entity, ids]) => titlePiece(scope, entity, [...ids]) ?? []);
  if (pieces.length === 0) return new Map();
  const text = finished(numbered(pieces).join('\nunion all '));
  const rows = await runPrepared(scope.db, prepare(text), bindingsOf(pieces));
  return new Map(
    rows.map(([entity, id, title]) => [`${String(entity)} ${String(id)}`, typeof title === 'string' ? title : '']),
  );
}

function titlePiece(scope: ReadScope, entityId: string, ids: readonly Id[]): Sql | null {
  const entity = scope.generation.entities.get(entityId);
  const title = entity?.fields.get(entity.definition.title);
  if (entity === undefined || title === undefined || ids.length === 0) return null;
  if (reachFor(scope, entity, 'read') === null || !mayReadField(scope, title, entity)) return null;
  const condition = allOf([sql('r."id" = any(?::uuid[])', [ids]), visibleRecords(scope, entity)]);
  const columns = `select '${entityId}' as entity, r."id" as ${linkIdColumn}, (${jsonValue(title, '')})::text as title`;
  return { ...condition, text: `${columns} ${fromClause(entity, sidesOf([title]))} where ${condition.text}` };
}
