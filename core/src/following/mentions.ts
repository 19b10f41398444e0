import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';

/** That an activity names a user. */
export interface Mention {
  readonly activity: Id;
  readonly user: Id;
}

interface Nameable extends Mention {
  readonly text: string;
  readonly name: string;
  readonly email: string | null;
}

/** Active users whom activities name in their texts: `@Ada Admin` or `@ada@example.com`, in whatever case. Of two with one name both are meant. */
export async function mentionedIn(db: Knex, texts: ReadonlyMap<Id, string>): Promise<readonly Mention[]> {
  const places = [...texts].flatMap(([activity, text]) => placesIn(text).map((place) => ({ activity, place })));
  if (places.length === 0) return [];
  const { rows } = await db.raw<{ rows: Nameable[] }>(
    `select p.activity, p.text, u.id as "user", u.name, u.email
     from unnest(?::uuid[], ?::text[]) as p(activity, text)
     join core.users u on starts_with(p.text, lower(u.name)) or starts_with(p.text, lower(u.email))
     where u.status = 'active' and u.deleted_at is null`,
    [places.map(({ activity }) => activity), places.map(({ place }) => place)],
  );
  return rows.filter(isNamed).map(({ activity, user }) => ({ activity, user }));
}

/** Longer than any name or address. */
const placeLength = 320;
/** A text with more is a table, no letter to colleagues. */
const mostPlaces = 50;

/** What follows each `@` that does not stand within an address, folded. */
function placesIn(text: string): readonly string[] {
  const folded = text.toLowerCase();
  const signs = folded.matchAll(/(?<![\p{L}\p{N}._-])@(?=\S)/gu);
  return [...signs].slice(0, mostPlaces).map(({ index }) => folded.slice(index + 1, index + 1 + placeLength));
}

/** `@ann` names no Ann where the text goes on with another letter. */
function isNamed({ text, name, email }: Nameable): boolean {
  return [name, email ?? name]
    .map((one) => one.toLowerCase())
    .some((one) => text.startsWith(one) && !/^[\p{L}\p{N}]/u.test(text.slice(one.length)));
}

/** Notes who is named in activities. @returns what is new of it */
export async function noteMentions(db: Knex, mentions: readonly Mention[]): Promise<readonly Mention[]> {
  if (mentions.length === 0) return [];
  const { rows } = await db.raw<{ rows: Mention[] }>(
    `insert into core.mentions (activity_id, user_id)
     select distinct m.activity, u.id from unnest(?::uuid[], ?::uuid[]) as m(activity, "user")
     join core.users u on u.id = m."user" and u.status = 'active' and u.deleted_at is null
     on conflict do nothing returning activity_id as activity, user_id as "user"`,
    [mentions.map(({ activity }) => activity), mentions.map(({ user }) => user)],
  );
  return rows;
}
