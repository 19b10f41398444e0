import type { ImportRecord } from '../../imports/index.js';
import { importableEntity } from '../../imports/mapping/entity-fields.js';
import { findField } from '../fields/entity-field.js';
import { humanise } from '../fields/labels.js';
import type { PageCall } from '../page-call.js';

/** A choice of field per column, as long as each row makes one record and each field comes from one column; else none. */
export function columnControls(
  call: PageCall,
  { header, mapping, isDryRun, entity: id }: ImportRecord,
): readonly object[] {
  const [record, ...more] = mapping.records;
  const target = importableEntity(call.request.generation, id);
  if (!isDryRun || record === undefined || more.length > 0 || target === undefined) return [];
  const sources = Object.entries(record.fields);
  const plain = sources.flatMap(([field, column]) =>
    typeof column === 'string' ? [[column.toLowerCase(), field] as const] : [],
  );
  if (plain.length < sources.length) return [];
  const fieldOf = new Map(plain);
  const names = [...target.fields.keys()].filter((name) => !target.readOnly.has(name));
  const options = names.map((value) => {
    const field = findField(target.entity, value);
    return { value, label: field === undefined ? humanise(value) : call.labels.field(target.entity, field) };
  });
  return header.map((column, place) => ({
    kind: 'select',
    name: `column.${place}`,
    label: column,
    value: fieldOf.get(column.toLowerCase()) ?? '',
    options,
    emptyLabel: call.t('imports.leaveOut'),
  }));
}
