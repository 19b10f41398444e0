import type { Id } from '@trellis-crm/sdk';
import { prepare, runPrepared } from '../../database/prepared.js';
import type { ReadScope } from '../record-scope.js';
import { bindingsOf, numbered, sql } from '../sql.js';
import { rightsOn, searchableEntities } from '../search/search-rights.js';

/** A record that somebody looked at. */
export interface RecentRecord {
  readonly entity: string;
  readonly id: Id;
  /** What names the record; null when it has no title or not everybody may read it. */
  readonly title: string | null;
  readonly visitedAt: string;
}

/**
 * What the actor looked at last, newest first, with the rights of now: search keeps what names records and whom they belong to, so
 * one query answers for all entities. What is in the trash, or may not be read any more, is left out.
 */
export async function readRecentRecords(scope: ReadScope, limit: number): Promise<readonly RecentRecord[]> {
  const { userId } = scope.identity;
  if (userId === null) return [];
  const pieces = [sql('?::uuid', [userId]), rightsOn(scope, searchableEntities(scope)), sql('?::integer', [limit])];
  const [user = '', rights = '', count = ''] = numbered(pieces);
  const text = `select sr.entity, sr.record_id, sr.title, v.visited_at
    from core.recent_records v join core.search_entries sr on sr.entity = v.entity and sr.record_id = v.record_id
    where v.user_id = ${user} and ${rights} order by v.visited_at desc, v.record_id limit ${count}`;
  const rows = await runPrepared(scope.db, prepare(text), bindingsOf(pieces));
  return rows.map((row) => toRecent(row as unknown as RecentRow));
}

type RecentRow = readonly [entity: string, id: Id, title: string | null, visitedAt: Date];

function toRecent([entity, id, title, visitedAt]: RecentRow): RecentRecord {
  return { entity, id, title, visitedAt: visitedAt.toISOString() };
}
