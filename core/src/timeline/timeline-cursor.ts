import { MalformedError } from '@trellis-crm/sdk';

/** How far a reader has come: by source, the key of the last entry of it that was given. */
export type TimelinePlace = ReadonlyMap<string, string>;

const mostSources = 200;
const longestKey = 200;

/** A place as a cursor. */
export function writePlace(place: TimelinePlace): string {
  return Buffer.from(JSON.stringify(Object.fromEntries(place))).toString('base64url');
}

/** The place that a cursor names. @throws MalformedError `invalid_query` */
export function readPlace(cursor: string | null): TimelinePlace {
  if (cursor === null) return new Map();
  const place = parsed(cursor);
  if (place === null) {
    const problem = { pointer: '?after', code: 'bad_cursor', message: 'is no cursor of this timeline' };
    throw new MalformedError('invalid_query', {}, { errors: [problem] });
  }
  return place;
}

function parsed(cursor: string): TimelinePlace | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    const entries = Object.entries(value as Readonly<Record<string, unknown>>);
    const isSound = entries.every(
      ([, key]) => typeof key === 'string' && key.length <= longestKey && !key.includes('\0'),
    );
    return isSound && entries.length <= mostSources ? new Map(entries as [string, string][]) : null;
  } catch {
    return null;
  }
}
