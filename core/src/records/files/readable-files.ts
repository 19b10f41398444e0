import type { Id, StoredFile } from '@trellis-crm/sdk';
import { runPrepared, unprepared } from '../../database/prepared.js';
import { quoted } from '../names.js';
import type { ReadScope } from '../record-scope.js';
import { mayReadField, reachFor, visibleRecords } from '../rights.js';
import { allOf, anyOf, around, bindingsOf, finished, numbered, sql, type Sql } from '../sql.js';
import { fileFields, fileIdColumn, type FileField } from './file-fields.js';
import { isHeldByRecord } from './held-files.js';

/** A file that somebody may read, and where its content is. */
export interface ReadableFile extends StoredFile {
  /** SHA-256 of the content as hex. */
  readonly sha256: string;
  /** No record has held it yet, as far as is known. */
  readonly isNew: boolean;
}

type FileScope = Pick<ReadScope, 'generation' | 'identity' | 'db' | 'elevatedFor'>;

/**
 * Files that the actor may read: because they may read a record, and the field of it, that holds the file, or because they uploaded it
 * and no record holds it, not even one of a plugin that does not run. Those absent or not to be read are left out alike.
 */
export async function readableFiles(scope: FileScope, ids: readonly Id[]): Promise<ReadonlyMap<Id, ReadableFile>> {
  const held = await filesWhere(scope, ids, isHeldVisibly(scope));
  const others = ids.filter((id) => !held.has(id));
  const { userId } = scope.identity;
  if (others.length === 0 || userId === null) return held;
  const isOwn = sql('f."created_by" = ?::uuid', [userId]);
  const loose = await filesWhere(scope, others, around('not ', sql(await isHeldByRecord(scope.db)), ''), isOwn);
  return new Map([...held, ...loose]);
}

async function filesWhere(
  { db }: FileScope,
  ids: readonly Id[],
  ...conditions: readonly Sql[]
): Promise<ReadonlyMap<Id, ReadableFile>> {
  if (ids.length === 0) return new Map();
  const condition = allOf([sql('f."id" = any(?::uuid[])', [ids]), ...conditions]);
  const [text = ''] = numbered([
    around(
      'select f."id", f."name", f."type", f."size", f."sha256", f."used_at" is null from core.files f where ',
      condition,
      '',
    ),
  ]);
  const rows = await runPrepared(db, unprepared(finished(text)), bindingsOf([condition]));
  return new Map(
    rows.map(([id, name, type, size, sha256, isNew]) => {
      const file = { id: String(id), name: String(name), type: String(type), size: Number(size) };
      return [file.id, { ...file, sha256: String(sha256), isNew: isNew === true }];
    }),
  );
}

function isHeldVisibly(scope: FileScope): Sql {
  const through = fileFields(scope.generation.entities.values()).filter(
    ({ entity, field }) => reachFor(scope, entity, 'read') !== null && mayReadField(scope, field, entity),
  );
  return anyOf(through.map((holder) => holdsVisibly(scope, holder)));
}

function holdsVisibly(scope: FileScope, { entity, list }: FileField): Sql {
  const entries = `${quoted(list.schemaName, list.tableName)} l`;
  const records = `${quoted(entity.schemaName, entity.tableName)} r on r."id" = l.${quoted(list.ownerColumn)}`;
  const before = `exists (select from ${entries} join ${records} where l."${fileIdColumn}" = f."id" and `;
  return around(before, visibleRecords(scope, entity), ')');
}
