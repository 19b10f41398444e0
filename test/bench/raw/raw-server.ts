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
  const [, job, value = ''] = (request.url ?? '').split('/');
  if (job === 'ready') return (await pool.query('select 1')).rowCount;
  if (job === 'list') return list(page, total, [value]);
  if (job === 'list-filtered') return list(filteredPage, filteredTotal, [value, since]);
  if (job === 'read') return (await pool.query({ ...one, values: [value] })).rows[0] as unknown;
  if (job === 'search') return (await pool.query({ ...search, values: [`%${value}%`] })).rows as unknown;
  return create(JSON.parse(await text(request)) as NewContact);
}

interface Named {
  readonly name: string;
  readonly text: string;
}

async function list(rowsOf: Named, countOf: Named, values: readonly string[]): Promise<unknown> {
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
