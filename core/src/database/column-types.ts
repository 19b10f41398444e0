import pg from 'pg';

/**
 * How columns arrive in JavaScript, given to each connection and never set globally: `numeric` and `date` stay text
 * (`'1234.50'`, `'2026-01-05'`: a float or a local midnight would falsify them), `int8` becomes a number, `timestamptz` a Date.
 */
export const columnTypes = {
  getTypeParser(oid: number, format?: string): (value: string) => unknown {
    if (format === 'binary') return pg.types.getTypeParser(oid, 'binary');
    return parsers.get(oid) ?? pg.types.getTypeParser(oid, 'text');
  },
};

const textArrayOid: number = 1009;
/** Arrays whose elements stay text. */
const toTexts: (text: string) => string[] = pg.types.getTypeParser(textArrayOid, 'text');
const asText = (text: string): string => text;

/** By type: int8, date, numeric; then their arrays. */
const parsers: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [20, toInteger],
  [1082, asText],
  [1700, asText],
  [1016, (text) => toTexts(text).map(toInteger)],
  [1182, toTexts],
  [1231, toTexts],
]);

function toInteger(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${text} does not fit a JavaScript integer`);
  return number;
}
