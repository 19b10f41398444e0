import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import pg from 'pg';

// The baseline, a process of its own: `node:http` and one pool of 10 with named statements; no token, rights, audit or event.
// Argument: the connection string. Prints its address when it listens.

const page = {
  name: 'raw-list',
  text: 'select * from core.accounts where country = $1 and deleted_at is null order by updated_at desc, id desc limit 50',
};
const total = {
  name: 'raw-count',
  text: 'select count(*)::int as count from core.accounts where country = $1 and deleted_at is null',
};
const one = { name: 'raw-read', text: 'select * from core.accounts where id = $1 and deleted_at is null' };
const insert = {
  name: 'raw-create',
  text: 'insert into core.accounts (id, name, owner_id) values ($1, $2, $3) returning *',
};

const pool = new pg.Pool({ connectionString: process.argv[2], max: 10 });
const server = createServer((request, response) => {
  answer(request).then(
    (body) => finish(response, 200, body),
    (error: unknown) => finish(response, 500, { error: String(error) }),
  );
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
process.on('SIGTERM', () => process.exit(0));

async function answer(request: IncomingMessage): Promise<unknown> {
  const [, job, id] = (request.url ?? '').split('/');
  if (job === 'list') return list(id);
  if (job === 'read') return (await pool.query({ ...one, values: [id] })).rows[0] as unknown;
  return create(JSON.parse(await text(request)) as { name: string; owner: string });
}

async function list(country: string | undefined): Promise<unknown> {
  const [rows, counted] = await Promise.all([
    pool.query({ ...page, values: [country] }),
    pool.query<{ count: number }>({ ...total, values: [country] }),
  ]);
  return { data: rows.rows as unknown[], count: counted.rows[0]?.count };
}

async function create({ name, owner }: { readonly name: string; readonly owner: string }): Promise<unknown> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const { rows } = await client.query({ ...insert, values: [randomUUID(), name, owner] });
    await client.query('commit');
    return rows[0] as unknown;
  } finally {
    client.release();
  }
}

function finish(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
