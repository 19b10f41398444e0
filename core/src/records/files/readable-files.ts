import type { Id, StoredFile } from '@trellis-crm/sdk';
import { runPrepared, unprepared } from '../../database/prepared.js';
import { quoted } from '../names.js';
import type { ReadScope } from '../record-scope.js';
import { mayReadField, reachFor, visibleRecords } from '../rights.js';
import { allOf, anyOf, around, bindingsOf, finished, numbered, sql, type Sql } from '../sql.js';
import { fileFields, fileIdColumn, type FileField } from './file-fields.js';

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
 * and no record holds it yet. Those absent or not to be read are left out alike.
 */
export async function readableFiles(scope: FileScope, ids: readonly Id[]): Promise<ReadonlyMap<Id, ReadableFile>> {
  if (ids.length === 0) return new Map();
  const condition = allOf([sql('f."id" = any(?::uuid[])', [ids]), mayRead(scope)]);
  const [text = ''] = numbered([
    around(
      'select f."id", f."name", f."type", f."size", f."sha256", f."used_at" is null from core.files f where ',
      condition,
      '',
    ),
  ]);
  const rows = await runPrepared(scope.db, unprepared(finished(text)), bindingsOf([condition]));
  return new Map(
    rows.map(([id, name, type, size, sha256, isNew]) => {
      const file = { id: String(id), name: String(name), type: String(type), size: Number(size) };
      return [file.id, { ...file, sha256: String(sha256), isNew: isNew === true }];
    }),
  );
}

function mayRead(scope: FileScope): Sql {
  const holders = fileFields(scope.generation.entities.values());
  const through = holders.filter(
    ({ entity, field }) => reachFor(scope, entity, 'read') !== null && mayReadField(scope, field, entity),
  );
  return anyOf([...through.map((holder) => holdsVisibly(scope, holder)), isOwnLoose(scope, holders)]);
}

function holdsVisibly(scope: FileScope, { entity, list }: FileField): Sql {
  const entries = `${quoted(list.schemaName, list.tableName)} l`;
  const records = `${quoted(entity.schemaName, entity.tableName)} r on r."id" = l.${quoted(list.ownerColumn)}`;
  const before = `exists (select from ${entries} join ${records} where l."${fileIdColumn}" = f."id" and `;
  return around(before, visibleRecords(scope, entity), ')');
}

/** Uploaded by the actor and held by no record, in the trash or not. */
function isOwnLoose({ identity }: FileScope, holders: readonly FileField[]): Sql {
  if (identity.userId === null) return sql('false');
  const loose = holders.map(({ list }) =>
    sql(`not exists (select from ${quoted(list.schemaName, list.tableName)} l where l."${fileIdColumn}" = f."id")`),
  );
  return allOf([sql('f."created_by" = ?::uuid', [identity.userId]), ...loose]);
}
