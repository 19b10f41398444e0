import { recordAlias } from '../../compile-fields.js';
import type { CompiledEntity } from '../../compiled-entity.js';
import { columnsOf } from '../columns.js';
import type { Row, StageRows } from '../staged-table.js';
import type { StoredRecord } from '../write-rows.js';

/** What of a record tells whether columns are the same. */
interface StagedRecord {
  /** Null where only the mark of the trash changes. */
  readonly stored: Pick<StoredRecord, 'values'> | null;
  readonly before: number | null;
  readonly cause: string | null;
}

/** The rows of records, made as they are sent. */
export function recordRows<One extends StagedRecord>(
  entity: CompiledEntity,
  records: readonly One[],
  makeRow: (record: One) => Row,
): StageRows {
  const paths = pathsOf(entity);
  const isShared = (read: (record: StagedRecord) => unknown): boolean => {
    const [first] = records;
    const value = first === undefined ? undefined : read(first);
    return records.every((record) => read(record) === value);
  };
  return {
    count: records.length,
    at(position) {
      const record = records[position];
      return record === undefined ? {} : makeRow(record);
    },
    isSame(column) {
      const path = paths.get(column);
      if (path !== undefined) return isShared(({ stored }) => stored?.values.get(path));
      const read = noted[column];
      return read !== undefined && isShared(read);
    },
  };
}

/** Fields by their columns, the id aside: a record always has its own. */
function pathsOf({ fields }: CompiledEntity): ReadonlyMap<string, string> {
  const own = [...fields.values()].filter(
    ({ alias, list, path }) => alias === recordAlias && list === null && path !== 'id',
  );
  return new Map(own.flatMap((field) => columnsOf(field).map(({ name }) => [name, field.path] as const)));
}

/** What makes these columns the same. Of new records at most the owner is named, so those of one owner name the same. */
const noted: Readonly<Record<string, (record: StagedRecord) => unknown>> = {
  '~before': ({ before }) => before,
  '~cause': ({ cause }) => cause,
  '~changed': (record) => {
    if (record.stored === null) return null;
    return record.before === null ? record.stored.values.get('owner') : record;
  },
};
