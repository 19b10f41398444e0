import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import pg from 'pg';

// The baseline, a process of its own: `node:http` and one pool of 10 with named plain statements, JSON made in Node; no token,
// rights, audit, event or search row. Arguments: connection string and port.

const columns =
  'id, name, job_title, description, email, phone, account_id, owner_id, team_id, created_at, updated_at, version';
const page = {
  name: 'list',
  text: `select ${columns} from raw.contacts where owner_id = $1 and deleted_at is null order by updated_at desc, id desc limit 50`,
};
const total = {
  name: 'count',
  text: 'select count(*)::int as count from raw.contacts where owner_id = $1 and deleted_at is null',
};
const since = '2025-06-01T00:00:00Z';
const filteredPage = {
  name: 'list-filtered',
  text: `select ${columns} from raw.contacts where owner_id = $1 and updated_at >= $2 and deleted_at is null order by name, id limit 50`,
};
const filteredTotal = {
  name: 'count-filtered',
  text: 'select count(*)::int as count from raw.contacts where owner_id = $1 and updated_at >= $2 and deleted_at is null',
};
/** What the asker owns, and what belongs to one of these teams. */
const withinTeams = 'and (owner_id = $3 or team_id = any($4))';
const subtreePage = {
  name: 'list-subtree',
  text: filteredPage.text.replace('and deleted_at', `${withinTeams} and deleted_at`),
};
const subtreeTotal = {
  name: 'count-subtree',
  text: filteredTotal.text.replace('and deleted_at', `${withinTeams} and deleted_at`),
};
const one = {
  name: 'read',
  text: `select ${columns
    .split(', ')
    .map((column) => `c.${column}`)
    .join(
      ', ',
    )}, a.name as account_name, a.industry as account_industry, a.website as account_website, a.country as account_country
    from raw.contacts c left join core.accounts a on a.id = c.account_id where c.id = $1 and c.deleted_at is null`,
};
const search = {
  name: 'search',
  text: `select ${columns} from raw.contacts where name ilike $1 and deleted_at is null order by updated_at desc, id desc limit 20`,
};
/** Records of every kind, eight of each at most: titles that begin so first, then words that do, then parts of words and words of long texts. */
const kinds = ['account', 'contact', 'activity', 'user', 'team'];
const hit = 'entity, record_id, title, text, details, updated_at';
const first = 'rank, updated_at desc, record_id desc';
const searchAll = {
  name: 'search-all',
  text: `select * from (${kinds
    .map(
      (kind) => `(select * from (
        select ${hit}, case when text like ' ' || $1::text || '%' then 0
          when not text like '%' || $1::text || '%' then 3 when text like '% ' || $1::text || '%' then 1 else 2 end as rank
        from core.search_of_core__${kind} where text like '%' || $1::text || '%' or terms @@ ($1::text || ':*')::tsquery limit 500) c
      order by ${first} limit 8)`,
    )
    .join(' union all ')}) f order by ${first} limit 50`,
};
/** What happened with an account before a moment. */
const timeline = {
  name: 'timeline',
  text: `select a.id, a.kind, a.subject, a.body, a.direction, a.outcome, a.duration, a.occurred_at, a.due_at, a.done_at, a.owner_id, u.name as owner_name
    from core.activity_links l join core.activities a on a.id = l.activity_id left join core.users u on u.id = a.owner_id
    where l.entity = 'core.account' and l.record_id = $1 and (l.due_at is null or l.done_at is not null)
      and (l.occurred_at, l.activity_id) < ($2::timestamptz, $3::uuid) and a.deleted_at is null
    order by l.occurred_at desc, l.activity_id desc limit 20`,
};
const insert = {
  name: 'create',
  text: `insert into raw.contacts (id, name, job_title, email, account_id, owner_id, team_id) values ($1, $2, $3, $4, $5, $6, $7) returning ${columns}`,
};
const outbox = { name: 'outbox', text: 'insert into raw.outbox (type, payload) values ($1, $2)' };

interface NewContact {
  readonly name: string;
  readonly jobTitle: string;
  readonly email: string;
  readonly account: string;
  readonly owner: string;
  readonly team: string | null;
}

const [, , connectionString, port] = process.argv;
const pool = new pg.Pool({ connectionString, max: 10 });
createServer((request, response) => {
  answer(request).then(
    (body) => finish(response, 200, body),
    (error: unknown) => finish(response, 500, { error: String(error) }),
  );
}).listen(Number(port), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));

async function answer(request: IncomingMessage): Promise<unknown> {
  const [, job = '', ...values] = (request.url ?? '').split('/');
  if (request.method === 'POST') return create(JSON.parse(await text(request)) as NewContact);
  return reads[job]?.(...values.map(decodeURIComponent));
}

/** What is asked with GET, by the first part of the path; the others are the values. */
const reads: Readonly<Record<string, (...values: readonly string[]) => Promise<unknown>>> = {
  ready: async () => (await pool.query('select 1')).rowCount,
  list: (owner = '') => list(page, total, [owner]),
  'list-filtered': (owner = '') => list(filteredPage, filteredTotal, [owner, since]),
  'list-subtree': (owner = '', asker = '', teams = '') =>
    list(subtreePage, subtreeTotal, [owner, since, asker, teams.split(',')]),
  read: async (id) => (await pool.query({ ...one, values: [id] })).rows[0] as unknown,
  search: async (term = '') => (await pool.query({ ...search, values: [`%${term}%`] })).rows as unknown,
  'search-all': async (term) => (await pool.query({ ...searchAll, values: [term] })).rows as unknown,
  timeline: async (...values) => (await pool.query({ ...timeline, values: [...values] })).rows as unknown,
};

interface Named {
  readonly name: string;
  readonly text: string;
}

async function list(rowsOf: Named, countOf: Named, values: readonly unknown[]): Promise<unknown> {
  const [rows, counted] = await Promise.all([
    pool.query({ ...rowsOf, values: [...values] }),
    pool.query<{ count: number }>({ ...countOf, values: [...values] }),
  ]);
  return { data: rows.rows as unknown[], count: counted.rows[0]?.count };
}

async function create({ name, jobTitle, email, account, owner, team }: NewContact): Promise<unknown> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const { rows } = await client.query<{ id: string }>({
      ...insert,
      values: [randomUUID(), name, jobTitle, email, account, owner, team],
    });
    await client.query({ ...outbox, values: ['contact-created', JSON.stringify({ id: rows[0]?.id })] });
    await client.query('commit');
    return rows[0];
  } finally {
    client.release();
  }
}

function finish(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
