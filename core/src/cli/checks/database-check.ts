import { StartError, type Config } from '@trellis-crm/config';
import type { Client } from 'pg';
import { checkServer } from '../../database/server-check.js';
import type { CliContext } from '../cli-context.js';
import type { Finding } from './finding.js';

/** The database server: reachable, its version, and settings that put data or operation at risk. */
export async function checkDatabase(cli: CliContext): Promise<Finding[]> {
  try {
    const { options, home, database } = await cli.database();
    const { version } = await checkServer(options, 0);
    const place = home === undefined ? 'of DATABASE_URL' : `embedded, in ${home}`;
    const client = await database.connectDirect();
    try {
      const settings = await readSettings(client);
      const ages = await readAges(client);
      const wrong = [...judge(settings, ages, cli.config), ...((await mayStage(client)) ? [] : [noStage])];
      return [
        { name: 'database', status: 'ok', detail: `PostgreSQL ${version}, ${place}` },
        ...wrong.map(([status, detail, fix]): Finding => ({ name: 'database', status, detail, fix })),
      ];
    } finally {
      await client.end();
    }
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return [{ name: 'database', status: 'error', detail: `${error.message}: ${error.reason}`, fix: error.fix }];
  }
}

type Wrong = readonly ['warning' | 'error', detail: string, fix: string];

interface Ages {
  /** Transactions since the oldest row that was never frozen. */
  readonly frozenAge: number;
  readonly old: readonly { readonly pid: number; readonly name: string; readonly minutes: number }[];
}

function judge(settings: ReadonlyMap<string, string>, { frozenAge, old }: Ages, config: Config): Wrong[] {
  const off = switches.filter(([name]) => settings.get(name) === 'off');
  const needed = connectionsOf(config);
  const allowed = Number(settings.get('max_connections')) - Number(settings.get('superuser_reserved_connections'));
  return [
    ...off.map(([name, status, risk, fix = turnOn(name)]): Wrong => [status, `${name} is off: ${risk}`, fix]),
    ...(needed > allowed ? [tooFew(needed, allowed)] : []),
    ...(frozenAge > wraparoundAge ? [wraparound(frozenAge)] : []),
    ...old.map(({ pid, name, minutes }): Wrong => {
      const detail = `a transaction of ${name === '' ? 'somebody' : name} (pid ${pid}) is open for ${minutes} min: nothing is cleaned up behind it`;
      return ['warning', detail, `find out what it waits for; select pg_terminate_backend(${pid}) ends it`];
    }),
  ];
}

const switches: readonly (readonly [name: string, status: 'warning' | 'error', risk: string, fix?: string])[] = [
  ['fsync', 'error', 'a power cut can destroy the database'],
  ['full_page_writes', 'error', 'a power cut can destroy the database'],
  ['synchronous_commit', 'warning', 'a power cut loses what was acknowledged in the last second'],
  [
    'data_checksums',
    'warning',
    'what a disk changes by itself stays unnoticed',
    'stop the server, then: pg_checksums --enable',
  ],
  ['autovacuum', 'warning', 'tables grow and queries get slow'],
];

const turnOn = (name: string): string => `alter system set ${name} = on; select pg_reload_conf()`;

/** Each process: its requests, 3 for work, 4 for jobs, signals, lease, and one to spare. */
function connectionsOf({ databasePoolSize, processes }: Config): number {
  return processes * (databasePoolSize + 10);
}

function tooFew(needed: number, allowed: number): Wrong {
  const detail = `the server allows ${allowed} connections, this installation may take ${needed}`;
  return ['warning', detail, 'raise max_connections, or lower TRELLIS_PROCESSES or DATABASE_POOL_SIZE'];
}

const wraparoundAge = 1_000_000_000;

function wraparound(age: number): Wrong {
  const detail = `rows of ${Math.round(age / 1e6)} million transactions ago are not frozen; at 2,100 million the server stops writing`;
  return ['warning', detail, 'end old transactions, then: vacuum (freeze, verbose)'];
}

async function readSettings(client: Client): Promise<ReadonlyMap<string, string>> {
  const names = [...switches.map(([name]) => name), 'max_connections', 'superuser_reserved_connections'];
  const { rows } = await client.query<{ name: string; setting: string }>(
    'select name, setting from pg_settings where name = any ($1)',
    [names],
  );
  return new Map(rows.map(({ name, setting }) => [name, setting]));
}

const noStage: Wrong = [
  'error',
  'the role may not make temporary tables: imports and other writes of many records fail',
  'grant temporary on database <name> to <role>',
];

async function mayStage(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ may: boolean }>(
    `select has_database_privilege(current_database(), 'temporary') as may`,
  );
  return rows[0]?.may === true;
}

async function readAges(client: Client): Promise<Ages> {
  const { rows: ages } = await client.query<{ age: number }>(
    'select age(datfrozenxid) as age from pg_database where datname = current_database()',
  );
  const { rows: old } = await client.query<Ages['old'][number]>(
    `select pid, application_name as name, (extract(epoch from now() - xact_start) / 60)::int as minutes from pg_stat_activity
     where datname = current_database() and backend_type = 'client backend' and xact_start < now() - interval '10 minutes'`,
  );
  return { frozenAge: ages[0]?.age ?? 0, old };
}
