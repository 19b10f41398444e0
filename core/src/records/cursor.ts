import { hash } from 'node:crypto';
import { comparisonValue } from './filter-values.js';
import type { KeyValue, SortKey } from './sort.js';

/** Makes the cursor of the record after which the next page starts; it fits the list it came from only. */
export function encodeCursor(list: string, values: readonly KeyValue[]): string {
  return Buffer.from(JSON.stringify([fingerprint(list), ...values])).toString('base64url');
}

/** Values of a cursor; undefined when it is broken or belongs to another list. */
export function decodeCursor(list: string, order: readonly SortKey[], cursor: string): readonly KeyValue[] | undefined {
  const [print, ...values] = parse(cursor);
  if (print !== fingerprint(list) || values.length !== order.length) return undefined;
  const fits = order.every(({ field }, position) => {
    const value = values[position];
    return value === null || (typeof value === 'string' && comparisonValue(field, value) !== undefined);
  });
  return fits ? values.filter((value) => value === null || typeof value === 'string') : undefined;
}

function fingerprint(list: string): string {
  return hash('sha256', list, 'base64url').slice(0, 12);
}

function parse(cursor: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parsed) ? (parsed as readonly unknown[]) : [];
  } catch {
    return [];
  }
}
