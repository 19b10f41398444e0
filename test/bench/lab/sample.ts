import type pg from 'pg';
import { busiestPhone, type reaches } from './dataset-sql.js';

/** Someone who asks, and what this person may see: each reach comes equally often. */
export interface Asker {
  /** Number of the user, which gives its token and session. */
  readonly user: number;
  readonly id: string;
  readonly reach: (typeof reaches)[number];
  /** The asker's team and all below it. */
  readonly teamsBelow: readonly string[];
  /** An owner whose records the asker may read. */
  readonly owner: string;
  /** A contact of that owner. */
  readonly contact: string;
  /** An account of that owner. */
  readonly account: string;
}

/** What the requests of all jobs are made of. */
export interface Sample {
  readonly askers: readonly Asker[];
  /** Parts of names, 4 to 6 letters, as often as names have them. */
  readonly terms: readonly string[];
  /** Numbers of the users with the reach `all`. */
  readonly readersOfAll: readonly number[];
  /** The account with the most activities. */
  readonly busiest: string;
}

interface Person {
  readonly id: string;
  readonly number: number;
  readonly team_id: string;
  readonly reach: (typeof reaches)[number];
  readonly below: readonly string[];
}

/** What an owner has; at least one of each. */
interface OwnedRecords {
  readonly owner: string;
  readonly contacts: readonly string[];
  readonly accounts: readonly string[];
}

/** Draws from the database; the same database gives the same requests. */
export async function drawSample(client: pg.Client, count = 1000): Promise<Sample> {
  const people = (await client.query<Person>(peopleSql)).rows;
  const owned = (await client.query<OwnedRecords>(ownedSql)).rows;
  const recordsOf = new Map(owned.map((row) => [row.owner, row]));
  const drawn = Array.from({ length: count }, (_, index) => drawAsker(people, recordsOf, index));
  const terms = (await client.query<{ term: string }>(termsSql)).rows.map(({ term }) => term);
  const readersOfAll = people.filter(({ reach }) => reach === 'all').map(({ number }) => number);
  const [busiest] = (await client.query<{ id: string }>(busiestSql, [busiestPhone])).rows;
  if (busiest === undefined) throw new Error('the busiest account is not there');
  return { askers: drawn.filter((asker) => asker !== null), terms, readersOfAll, busiest: busiest.id };
}

function drawAsker(
  people: readonly Person[],
  recordsOf: ReadonlyMap<string, OwnedRecords>,
  index: number,
): Asker | null {
  const asker = people[(index * 37) % people.length];
  if (asker === undefined) return null;
  const owners = people.filter((other) => recordsOf.has(other.id) && mayRead(asker, other));
  const owner = owners[(index * 101) % Math.max(1, owners.length)];
  const records = recordsOf.get(owner?.id ?? '');
  if (owner === undefined || records === undefined) return null;
  const [contact, account] = [pick(records.contacts, index), pick(records.accounts, index)];
  const { id, number, reach, below } = asker;
  return { user: number, id, reach, teamsBelow: below, owner: owner.id, contact, account };
}

function pick(ids: readonly string[], index: number): string {
  return ids[index % ids.length] ?? '';
}

function mayRead(asker: Person, owner: Person): boolean {
  if (asker.reach === 'all' || asker.id === owner.id) return true;
  if (asker.reach === 'own') return false;
  return asker.reach === 'team' ? asker.team_id === owner.team_id : asker.below.includes(owner.team_id);
}

const peopleSql = `
  select u.id, substr(u.name, 6)::int as number, u.team_id, substr(u.role, 7) as reach,
    array(with recursive below as (
      select u.team_id as id union select t.id from core.teams t join below b on t.parent_id = b.id
    ) select id from below) as below
  from core.users u where u.role like 'bench-%' order by number`;

const busiestSql = 'select id from core.accounts where phone = $1';

const ownedSql = `
  select u.id as owner,
    array(select id from core.contacts where owner_id = u.id and deleted_at is null order by updated_at desc, id desc limit 40) as contacts,
    array(select id from core.accounts where owner_id = u.id and deleted_at is null order by updated_at desc, id desc limit 40) as accounts
  from core.users u where exists (select from core.contacts c where c.owner_id = u.id) and exists (select from core.accounts a where a.owner_id = u.id)`;

/** From the last names of a thousand contacts, spread over the table. */
const termsSql = `
  with named as (
    select split_part(name, ' ', 2) as last, row_number() over (order by id) as n from core.contacts
  )
  select lower(substr(last, 1 + (n % 2)::int, 4 + (n % 3)::int)) as term from named
  where length(last) >= 7 and n % greatest(1, (select count(*) from named) / 2000) = 0 limit 1000`;
