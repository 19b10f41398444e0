import type { Actor } from './actors.js';
import type { Way } from './hidden-ways.js';
import type { Answer, Client } from './http.js';

/** A field that an actor may not see, and what it holds. */
export interface HiddenField {
  readonly path: string;
  /** What a record holds, as a filter would say it. */
  readonly value: string;
  /** What none holds. */
  readonly wrong: string;
}

/** A name no field has, as long as most are. */
const unknownName = 'zzthere';

/**
 * Tries one way to a hidden field. Nothing may tell it from a field that does not exist, nor a right guess of its value from a wrong
 * one: status, headers that matter and every word of the answer are the same.
 * @returns what tells, or null
 */
export async function whatTells(client: Client, actor: Actor, way: Way, field: HiddenField): Promise<string | null> {
  const ask = async (name: string, value: string): Promise<string> =>
    plain(await client.send(way.request(actor, name, value)), [name, value]);
  const asked = await ask(field.path, field.value);
  const wrong = await ask(field.path, field.wrong);
  if (asked !== wrong) return `a right guess from a wrong one: ${difference(asked, wrong)}`;
  const [plugin, inner] = field.path.split('.');
  const unknown = await ask(inner === undefined ? unknownName : `${plugin ?? ''}.${unknownName}`, field.value);
  return asked === unknown ? null : `it from a field that is not there: ${difference(asked, unknown)}`;
}

/** An answer without what is new in each, what the question held, and how that was quoted. */
function plain({ status, text }: Answer, [name, value]: readonly [string, string]): string {
  const last = name.split('.').at(-1) ?? name;
  return `${status} ${text}`
    .replaceAll(/"requestId":"[^"]*"/g, '')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(encodeURIComponent(value), '<value>')
    .replaceAll(value, '<value>')
    .replaceAll(new RegExp(`\\b${last}\\b`, 'g'), '<field>');
}

function difference(one: string, other: string): string {
  let at = 0;
  while (one[at] === other[at]) at += 1;
  const around = (text: string): string => text.slice(Math.max(0, at - 60), at + 100).replaceAll('\n', ' ');
  return `«${around(one)}» and «${around(other)}»`;
}
