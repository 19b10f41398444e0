import pg from 'pg';

/**
 * How columns arrive in JavaScript, given to each connection and never set globally: `numeric` and `date` stay text
 * (`'1234.50'`, `'2026-01-05'`: a float or a local midnight would falsify them), `int8` becomes a number, `timestamptz` a Date.
 */
export const columnTypes = {
  getTypeParser: (oid: number, format?: string): Parser =>
    (format === 'binary' ? undefined : parsers.get(oid)) ?? ownParser(oid, format === 'binary' ? 'binary' : 'text'),
};

type Parser = (text: string) => unknown;

/** pg's own choice. Its types list the built-in types only, as an enum. */
const ownParser: (oid: number, format?: 'text' | 'binary') => Parser = pg.types.getTypeParser;
const textArrayOid = 1009;
const asText: Parser = (text) => text;

/** By type: int8, date, numeric; then their arrays. */
const parsers: ReadonlyMap<number, Parser> = new Map<number, Parser>([
  [20, toInteger],
  [1082, asText],
  [1700, asText],
  [1016, toIntegers],
  [1182, ownParser(textArrayOid)],
  [1231, ownParser(textArrayOid)],
]);

function toInteger(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${text} does not fit a JavaScript integer`);
  return number;
}

function toIntegers(text: string): (number | null)[] {
  const elements = ownParser(textArrayOid)(text);
  return Array.isArray(elements)
    ? elements.map((element) => (element === null ? null : toInteger(String(element))))
    : [];
}
