import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import pg from 'pg';

/** The baseline: `node:http` and one pool of 10 with named statements, no token, rights, audit or event. */
export interface RawServer {
  readonly url: string;
  close(): Promise<void>;
}

const page = {
  name: 'raw-list',
  text: 'select * from core.accounts where owner_id = $1 and deleted_at is null order by updated_at desc, id limit 50',
};
const total = {
  name: 'raw-count',
  text: 'select count(*)::int as count from core.accounts where owner_id = $1 and deleted_at is null',
};
const one = { name: 'raw-read', text: 'select * from core.accounts where id = $1 and deleted_at is null' };
const insert = {
  name: 'raw-create',
  text: 'insert into core.accounts (id, name, owner_id) values ($1, $2, $3) returning *',
};

/** Starts it on a free port of this machine. */
export async function startRawServer(databaseUrl: string, newId: () => string): Promise<RawServer> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
  const server = createServer((request, response) => {
    void answer(pool, newId, request).then(
      (body) => finish(response, 200, body),
      (error: unknown) => finish(response, 500, { error: String(error) }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      await stop(server);
      await pool.end();
    },
  };
}

async function answer(pool: pg.Pool, newId: () => string, request: IncomingMessage): Promise<unknown> {
  const [, job, id] = (request.url ?? '').split('/');
  if (job === 'list') {
    const [rows, counted] = await Promise.all([
      pool.query({ ...page, values: [id] }),
      pool.query({ ...total, values: [id] }),
    ]);
    return { data: rows.rows as unknown[], count: (counted.rows[0] as { count: number }).count };
  }
  if (job === 'read') return (await pool.query({ ...one, values: [id] })).rows[0] as unknown;
  return create(pool, newId(), JSON.parse(await text(request)) as { name: string; owner: string });
}

async function create(
  pool: pg.Pool,
  id: string,
  { name, owner }: { readonly name: string; readonly owner: string },
): Promise<unknown> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const { rows } = await client.query({ ...insert, values: [id, name, owner] });
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

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
