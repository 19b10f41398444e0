import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Knex } from 'knex';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** Sends lines in PostgreSQL's text format to a `COPY … FROM STDIN` on the connection of a transaction, piece by piece. */
export async function copyRows(trx: Knex.Transaction, copy: string, pieces: AsyncIterable<string>): Promise<void> {
  const pool = trx.client as Connections;
  const client = await pool.acquireConnection();
  try {
    await pipeline(Readable.from(pieces), client.query(copyFrom(copy)));
  } finally {
    pool.releaseConnection(client);
  }
}

/** What knex does not tell of its pool. */
interface Connections {
  acquireConnection(): Promise<Client>;
  releaseConnection(client: Client): void;
}
