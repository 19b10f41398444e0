import type { CompiledField, StoredList } from '../compiled-entity.js';
import type { Column } from '../writes/columns.js';

/**
 * Column of a record's table in which the entries of its lists stand once more, in the form in which they are answered. Null, or without
 * a list: its entries are in the child table alone, and a read takes them from there.
 */
export const listsColumn: Column = { name: 'lists', type: 'jsonb' };

/** Lists of an entity whose entries stand in the column too. */
export function storedLists(fields: readonly CompiledField[]): readonly StoredList[] {
  return fields.flatMap((field) => {
    const key = field.list?.storedKey ?? null;
    return field.list === null || key === null ? [] : [{ field, list: field.list, key }];
  });
}

/** The column's value for a record with all its values; a record that is written loses what other declarations stored. */
export function storedEntries(
  lists: readonly StoredList[],
  values: ReadonlyMap<string, unknown>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(lists.map(({ field, key }) => [key, values.get(field.path) ?? []]));
}
