import pg from 'pg';

/** One row that a request inserted, changed or deleted. */
export interface RowChange {
  /** `schema.table` */
  readonly table: string;
  readonly verb: 'INSERT' | 'UPDATE' | 'DELETE' | 'TRUNCATE';
  /** As the output plugin writes it. */
  readonly row: string;
}

/** What changes in a database, seen by PostgreSQL itself: a logical slot with the output plugin `test_decoding`. */
export interface RowChanges {
  /** Rows changed and committed since the last call, by whomever. */
  take(): Promise<readonly RowChange[]>;
  close(): Promise<void>;
}

const slot = `select pg_create_logical_replication_slot('changes_' || pg_backend_pid(), 'test_decoding', true)`;
const read = `select data from pg_logical_slot_get_changes('changes_' || pg_backend_pid(), null, null, 'include-xids', 'off')`;

/** Begins to watch a database. The slot is temporary: it ends with its connection. */
export async function watchRows(databaseUrl: string): Promise<RowChanges> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  // The test server commits without waiting for its log; a slot sees what is flushed, so this session's own commit flushes all.
  await client.query('set synchronous_commit = on');
  // Shows what an update changed, where only some columns may be.
  for (const table of ['core.sessions', 'core.api_tokens'])
    await client.query(`alter table ${table} replica identity full`);
  await client.query(slot);
  return {
    async take() {
      await client.query(`select pg_logical_emit_message(true, 'mark', '')`);
      const { rows } = await client.query<{ data: string }>(read);
      return rows.flatMap(({ data }) => parse(data));
    },
    close: () => client.end(),
  };
}

const change = /^table ("?[\w-]+"?\.(?:"[^"]+"|[\w-]+)): (INSERT|UPDATE|DELETE|TRUNCATE): (.*)$/s;

function parse(data: string): RowChange[] {
  const [, table, verb, row = ''] = change.exec(data) ?? [];
  if (table === undefined) return data.startsWith('table ') ? [{ table: data, verb: 'UPDATE', row: '' }] : [];
  return [{ table: table.replaceAll('"', ''), verb: verb as RowChange['verb'], row }];
}

/**
 * Writes that are no effect of a request: what notes that a session or token was used, who tried too often, who opened which record
 * a moment before, and that this process is alive. Nothing else may be written by a request that is refused, or by one that only looks.
 */
export function isNoise({ table, verb, row }: RowChange): boolean {
  if (['core.rate_limits', 'core.recent_records', 'core.processes'].includes(table)) return true;
  if (table !== 'core.sessions' && table !== 'core.api_tokens') return false;
  const [before, after] = row.replace('old-key: ', '').split(' new-tuple: ');
  return verb === 'UPDATE' && after !== undefined && withoutUse(before ?? '') === withoutUse(after);
}

function withoutUse(row: string): string {
  // The old row is written without what is null.
  return row.replaceAll(/ ?\w+\[[^\]]+\]:null/g, '').replace(/ ?last_(?:seen|used)_at\[[^\]]+\]:'[^']*'/, '');
}
