import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ConflictError } from '@trellis-crm/sdk';
import type { Client } from 'pg';
import { quoteName } from '../../database/migrator/identifier.js';
import { forgetCopy } from './installed-copy.js';
import type { Step } from './journal.js';
import { getPlugin, type LifecycleContext } from './lifecycle-context.js';
import { findPlugin, updatePlugin } from './plugin-row.js';

/**
 * Deletes an archived plugin for good, after all its rows were written to a file of one JSON object per line.
 * @returns path of the file
 * @throws NotFoundError; ConflictError `plugin_not_archived`
 */
export async function purge(context: LifecycleContext, id: string, step: Step): Promise<string> {
  const { database, dataDir, clock } = context.parts;
  const row = await getPlugin(context, id);
  if (row.archive === null)
    throw new ConflictError(
      'plugin_not_archived',
      { plugin: id, state: row.state },
      { message: `${id} must be removed before it can be purged` },
    );
  await step('export');
  const file = join(dataDir, 'exports', `${id}-${clock.now().toISOString().replaceAll(/[:.]/g, '-')}.ndjson`);
  await withClient(context, (client) => exportSchema(client, row.archive?.schema ?? '', file));
  await updatePlugin(database.knex, id, { exportedAt: clock.now() });
  await step('drop');
  await dropForGood(context, id);
  await forgetCopy(dataDir, row.location);
  return file;
}

/** Archived plugins whose 30 days are over. */
export async function readExpired({ parts }: LifecycleContext): Promise<readonly string[]> {
  const limit = new Date(parts.clock.now().getTime() - archiveDays * 24 * 60 * 60 * 1000);
  return parts.database
    .knex('core.plugins')
    .where({ state: 'archived' })
    .andWhere('archived_at', '<', limit)
    .orderBy('id')
    .pluck('id');
}

const archiveDays = 30;

/** The row's lock keeps a restoration from coming in between. */
async function dropForGood({ parts }: LifecycleContext, id: string): Promise<void> {
  await parts.database.work.transaction(async (trx) => {
    await trx('core.plugins').where({ id }).forUpdate().select('id');
    const row = await findPlugin(trx, id);
    if (row?.archive === null || row === undefined || row.exportedAt === null) return;
    await trx.raw(`drop schema if exists ${quoteName(row.archive.schema)} cascade`);
    await trx('core.migrations').where({ module: id }).delete();
    await parts.work.purge(trx, id);
    await trx('core.plugins').where({ id }).delete();
  });
}

async function exportSchema(client: Client, schema: string, file: string): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true });
  const { rows: tables } = await client.query<{ name: string }>(
    'select tablename as name from pg_tables where schemaname = $1 order by 1',
    [schema],
  );
  for (const { name } of tables) await exportTable(client, schema, name, file);
  if (tables.length === 0) await pipeline([], createWriteStream(file, { mode: 0o600 }));
}

async function exportTable(client: Client, schema: string, table: string, file: string): Promise<void> {
  await pipeline(readLines(client, schema, table), createWriteStream(file, { flags: 'a', mode: 0o600 }));
}

const linesAtOnce = 1000;

/** Through a cursor: a table need not fit into memory. */
async function* readLines(client: Client, schema: string, table: string): AsyncGenerator<string> {
  const line = "json_build_object('table', $1::text, 'row', row_to_json(t))::text";
  await client.query('begin');
  await client.query(
    `declare lines no scroll cursor for select ${line} as line from ${quoteName(schema)}.${quoteName(table)} t`,
    [table],
  );
  for (;;) {
    const { rows } = await client.query<{ line: string }>(`fetch ${linesAtOnce} from lines`);
    if (rows.length === 0) break;
    yield rows.map((row) => `${row.line}\n`).join('');
  }
  await client.query('commit');
}

async function withClient(context: LifecycleContext, work: (client: Client) => Promise<void>): Promise<void> {
  const client = await context.parts.database.connectDirect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
