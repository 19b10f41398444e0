import { createHash } from 'node:crypto';

/** Quotes a name of the database. @throws Error when it is longer than PostgreSQL keeps or holds a NUL */
export function quoteName(name: string): string {
  if (name === '' || name.includes('\0') || Buffer.byteLength(name) > 63)
    throw new Error(`"${name}" cannot be a name in PostgreSQL`);
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes `schema.table`. */
export function quoteQualified(name: string): string {
  return name.split('.').map(quoteName).join('.');
}

/** A name of at most 63 characters made of parts; a longer one ends in a hash of the whole. */
export function fittingName(...parts: readonly string[]): string {
  const name = parts.join('_').replaceAll(/[^a-z0-9_]+/g, '_');
  if (name.length <= 63) return name;
  return `${name.slice(0, 54)}_${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}
