/** A value as it goes to PostgreSQL: as text, which the server reads as the type that the statement says, or as bytes. */
export type Parameter = string | Buffer | null;

/** Objects go as JSON, arrays as arrays of PostgreSQL, times as ISO 8601. */
export function toParameter(value: unknown): Parameter {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return null;
  return isScalar(value) ? String(value) : ofObject(value);
}

function isScalar(value: unknown): value is number | boolean | bigint {
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint';
}

function ofObject(value: object): string | Buffer {
  if (Buffer.isBuffer(value)) return value;
  if (value instanceof Date) return value.toISOString();
  return Array.isArray(value) ? toArray(value) : JSON.stringify(value);
}

function toArray(values: readonly unknown[]): string {
  let text = '{';
  for (const value of values) text += (text === '{' ? '' : ',') + toElement(value);
  return `${text}}`;
}

function toElement(value: unknown): string {
  if (Array.isArray(value)) return toArray(value);
  const parameter = toParameter(value);
  if (parameter === null) return 'NULL';
  const text = typeof parameter === 'string' ? parameter : `\\x${parameter.toString('hex')}`;
  return `"${special.test(text) ? text.replaceAll('\\', '\\\\').replaceAll('"', '\\"') : text}"`;
}

const special = /["\\]/;
