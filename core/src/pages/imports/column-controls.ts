import type { ImportRecord } from '../../imports/index.js';
import { importableEntity } from '../../imports/mapping/entity-fields.js';
import { findField } from '../fields/entity-field.js';
import { humanise } from '../fields/labels.js';
import type { PageCall } from '../page-call.js';

/** A choice of field per column of a checked file; none where its mapping says more than one column per field can. */
export function mappedColumns(call: PageCall, { header, mapping, isDryRun, entity }: ImportRecord): readonly object[] {
  const [record, ...more] = mapping.records;
  if (!isDryRun || record === undefined || more.length > 0) return [];
  const sources = Object.entries(record.fields);
  const plain = sources.flatMap(([field, column]) =>
    typeof column === 'string' ? [[column.toLowerCase(), field] as const] : [],
  );
  return plain.length < sources.length ? [] : columnControls(call, entity, header, new Map(plain));
}

/** A choice of field per column. @param fieldOf field by the column's name in lower case */
export function columnControls(
  call: PageCall,
  entity: string,
  header: readonly string[],
  fieldOf: ReadonlyMap<string, string> = new Map(),
): readonly object[] {
  const options = fieldOptions(call, entity);
  if (options.length === 0) return [];
  return header.map((column, place) => ({
    kind: 'select',
    name: `column.${place}`,
    label: column,
    value: fieldOf.get(column.toLowerCase()) ?? '',
    options,
    emptyLabel: call.t('imports.leaveOut'),
  }));
}

/** What the controls say: column → field, empty for one that is left out; undefined when there were none. */
export function columnMap(
  header: readonly string[],
  textOf: (name: string) => string | undefined,
): Readonly<Record<string, string>> | undefined {
  const chosen = header.map((column, place) => [column, textOf(`column.${place}`)] as const);
  if (chosen.every(([, field]) => field === undefined)) return undefined;
  return Object.fromEntries(chosen.map(([column, field]) => [column, field ?? '']));
}

function fieldOptions(call: PageCall, entity: string): { value: string; label: string }[] {
  const target = importableEntity(call.request.generation, entity, call.request.identity);
  const names = [...(target?.fields.keys() ?? [])].filter((name) => target?.readOnly.has(name) === false);
  return names.map((value) => {
    const field = target && findField(target.entity, value);
    return { value, label: target && field ? call.labels.field(target.entity, field) : humanise(value) };
  });
}
