/** Titles of records that others refer to, by entity and id. */
export type Titles = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * Reads `{"core.account":{"<id>":"Acme"}}`. An object of ids is of a kind of its own to V8, which would describe each of them in memory
 * that only a full sweep frees.
 */
export function readTitles(json: string): Titles {
  const titles = new Map<string, Map<string, string>>();
  let ofEntity = new Map<string, string>();
  for (const [, name = '', opened, value = ''] of json.matchAll(member)) {
    if (opened === undefined) ofEntity.set(name, textOf(value));
    else titles.set(name, (ofEntity = new Map<string, string>()));
  }
  return titles;
}

/** A name with the object that begins behind it, or with its value. Names are ids: they need no escaping. */
const member = /"([^"\\]+)"\s*:\s*(?:(\{)|("(?:[^"\\]|\\.)*"|[^\s,}]+))/g;

/** Titles are texts or figures; a record whose title is empty has none. */
function textOf(value: string): string {
  if (value === 'null') return '';
  if (!value.startsWith('"')) return value;
  return value.includes('\\') ? (JSON.parse(value) as string) : value.slice(1, -1);
}
