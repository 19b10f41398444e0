import type { CompiledField } from '../compiled-entity.js';
import { currencyColumn } from '../compile-fields.js';
import { traitsOf } from '../field-kinds.js';

/** One column as it stands in a JSON row. */
export interface Column {
  readonly name: string;
  readonly type: string;
}

/** Columns of one field with their types. */
export function columnsOf({ field, column }: CompiledField): readonly Column[] {
  const { columnType } = traitsOf(field);
  if (columnType === null) return [];
  if (field.kind !== 'money') return [{ name: column, type: columnType }];
  return [
    { name: column, type: columnType },
    { name: currencyColumn(column), type: 'text' },
  ];
}
