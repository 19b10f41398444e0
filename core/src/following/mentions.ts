import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';

interface Nameable {
  readonly id: Id;
  readonly name: string;
  readonly email: string | null;
}

/** Active users whom a text names: `@Ada Admin` or `@ada@example.com`, in whatever case. Of two with one name both are meant. */
export async function mentionedIn(db: Knex, text: string): Promise<readonly Id[]> {
  if (!text.includes('@')) return [];
  const folded = text.toLowerCase();
  const { rows } = await db.raw<{ rows: Nameable[] }>(
    `select id, name, email from core.users where status = 'active' and deleted_at is null
       and (position('@' || lower(name) in ?::text) > 0 or position('@' || email in ?::text) > 0)`,
    [folded, folded],
  );
  return rows
    .filter(({ name, email }) => [name, email ?? name].some((one) => isNamed(folded, one)))
    .map(({ id }) => id);
}

/** `@ann` names no Ann where the text goes on with another letter. */
function isNamed(folded: string, name: string): boolean {
  const wanted = `@${name.toLowerCase()}`;
  for (let at = folded.indexOf(wanted); at !== -1; at = folded.indexOf(wanted, at + 1))
    if (!/^[\p{L}\p{N}]/u.test(folded.slice(at + wanted.length))) return true;
  return false;
}

/** Notes who is named in an activity. @returns those who were not before */
export async function noteMentions(db: Knex, activity: Id, users: readonly Id[]): Promise<readonly Id[]> {
  if (users.length === 0) return [];
  const { rows } = await db.raw<{ rows: { user_id: Id }[] }>(
    `insert into core.mentions (activity_id, user_id)
     select ?::uuid, u.id from core.users u where u.id = any(?::uuid[]) and u.status = 'active' and u.deleted_at is null
     on conflict do nothing returning user_id`,
    [activity, [...users]],
  );
  return rows.map(({ user_id: user }) => user);
}
