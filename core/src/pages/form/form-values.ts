import type { Field } from '@trellis-crm/sdk';
import { formatDuration } from '../fields/field-display.js';
import type { EntityField, RecordValues } from '../fields/entity-field.js';
import type { FormData } from '../fields/form-reader.js';
import { toLocalInput } from '../fields/zoned-time.js';

/** A record as the controls of its form hold it: texts by control name. */
export function formValuesOf(fields: readonly EntityField[], record: RecordValues, timeZone: string): FormData {
  const values: Record<string, string | readonly string[]> = {};
  for (const { path, field, valueIn } of fields) write(values, path, field, valueIn(record), timeZone);
  return values;
}

/** What a new record starts with: defaults of the declaration, then what the address brings (`?account=<id>`, `?accounts.0.account=<id>`). */
export function initialValues(fields: readonly EntityField[], url: URL, timeZone: string): FormData {
  const values: Record<string, string | readonly string[]> = {};
  for (const { path, field } of fields) {
    write(values, path, field, field.default ?? null, timeZone);
    const names = field.kind === 'list' ? Object.keys(field.item ?? {}).map((item) => `${path}.0.${item}`) : [path];
    for (const name of names) {
      const given = url.searchParams.get(name);
      if (given !== null && given.length <= 500) values[name] = given;
    }
  }
  return values;
}

function write(values: Record<string, string | readonly string[]>, name: string, field: Field, value: unknown, timeZone: string): void {
  if (value === null || value === undefined) return;
  switch (field.kind) {
    case 'money': {
      const { amount, currency } = value as { amount: string; currency: string };
      values[`${name}.amount`] = trimZeros(amount);
      values[`${name}.currency`] = currency;
      return;
    }
    case 'list':
      (value as readonly RecordValues[]).forEach((entry, place) => {
        for (const [item, declared] of Object.entries(field.item ?? {})) write(values, `${name}.${place}.${item}`, declared, entry[item], timeZone);
      });
      return;
    case 'choices':
      values[name] = (value as readonly string[]).map(String);
      return;
    case 'dateTime':
      values[name] = toLocalInput(String(value), timeZone);
      return;
    case 'duration':
      values[name] = formatDuration(Number(value));
      return;
    case 'json':
      values[name] = JSON.stringify(value, null, 2);
      return;
    case 'decimal':
      values[name] = trimZeros(String(value));
      return;
    default:
      values[name] = String(value);
  }
}

/** `1234.5000` is shown as `1234.50`, `1200.0000` as `1200`. */
function trimZeros(amount: string): string {
  const [whole = '', cents = ''] = amount.split('.');
  const kept = cents.replace(/0+$/, '');
  return kept === '' ? whole : `${whole}.${kept.padEnd(2, '0')}`;
}
