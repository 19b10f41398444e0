import {
  isListSource,
  type FieldMapping,
  type FieldSource,
  type ImportMapping,
  type RecordMapping,
} from './mapping.js';
import { templateColumns } from './template.js';

/** Every column a mapping reads, each once, in its order. */
export function mappedColumns(mapping: ImportMapping): readonly string[] {
  return [...new Set(mapping.records.flatMap(columnsOfRecord))];
}

function columnsOfRecord({ match, fields }: RecordMapping): readonly string[] {
  const key = match?.externalId;
  const keyColumns = key === undefined ? [] : typeof key === 'string' ? [key] : templateColumns(key.template);
  return [...keyColumns, ...Object.values(fields).flatMap(columnsOfField)];
}

function columnsOfField(mapping: FieldMapping): readonly string[] {
  if (isListSource(mapping)) return mapping.entries.flatMap((entry) => Object.values(entry).flatMap(columnsOfCell));
  return columnsOfCell(mapping);
}

function columnsOfCell(cell: string | FieldSource): readonly string[] {
  if (typeof cell === 'string') return [cell];
  return [cell.column, cell.currencyColumn, ...templateColumns(cell.template ?? '')].filter(
    (column) => column !== undefined,
  );
}
