import type { CompiledEntity } from './compiled-entity.js';
import { readableFields } from './field-access.js';
import { presentRow, type PresentedRecord } from './present-record.js';
import { fetchRows, readFrom, selectFields } from './read-rows.js';
import type { ReadScope } from './record-scope.js';
import { reachFor, requireReach, withinReach } from './rights.js';
import { sql } from './sql.js';

/** What went to the trash last, as far as the actor may bring it back; at most 200 records. @throws ForbiddenError */
export async function listTrash(scope: ReadScope, entity: CompiledEntity): Promise<readonly PresentedRecord[]> {
  requireReach(scope, entity, 'delete');
  const fields = readableFields(scope, entity);
  const conditions = [
    sql('r."deleted_at" is not null'),
    withinReach(scope.identity, entity, reachFor(scope, entity, 'read')),
    withinReach(scope.identity, entity, reachFor(scope, entity, 'delete')),
  ];
  const query = selectFields(readFrom(scope, entity, conditions, fields), fields);
  const rows = await fetchRows(query.orderByRaw('r."deleted_at" desc, r."id"').limit(shownCount));
  return rows.map((row) => presentRow(fields, row));
}

const shownCount = 200;
