import { createHash, randomBytes } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { NativePackage } from '../database/embedded/native-package.js';
import { joinTestCluster, type TestCluster } from './test-cluster.js';

/** An empty or cloned database for one suite. */
export interface TestDatabase {
  readonly url: string;
  /** Log of the server it lives on; lines begin with `[<database>,<SQLSTATE>]`. */
  readonly serverLog: string;
  /** Removes it, whoever is still connected. */
  drop(): Promise<void>;
}

/** A database that is built once and cloned for each suite. */
export interface TestTemplate {
  /** Everything that decides on the content: another key builds another template. */
  readonly key: string;
  /** Fills the new, empty database and ends its connections. */
  build(url: string): Promise<void>;
}

/** Creates a database of its own on the shared test server, empty or as a copy of a template (50 ms in memory, 500 on a slow disk). */
export async function createTestDatabase(options: { template?: TestTemplate } = {}): Promise<TestDatabase> {
  const cluster = await useCluster();
  const source = options.template === undefined ? 'template1' : await ensureTemplate(cluster, options.template);
  const name = `test_${randomBytes(8).toString('hex')}`;
  await createDatabase(cluster, name, source);
  return {
    url: cluster.urlOf(name),
    serverLog: cluster.logFile,
    async drop() {
      await cluster.admin.query(`drop database if exists "${name}" with (force)`);
    },
  };
}

/** Ends this process's use of the test server; the test runner calls it last. */
export async function releaseTestCluster(): Promise<void> {
  const joined = shared;
  shared = undefined;
  await (await joined)?.release();
}

/** Has the tests of this process run on another PostgreSQL than ours; before the first database is made. @param folder with `bin` */
export function useTestBinaries(folder: string, version: string): void {
  otherBinaries = { folder, version };
}

let otherBinaries: NativePackage | undefined;

/** One per process on purpose: tests of all rooms share one server, and mocha gives them no common owner. */
let shared: Promise<TestCluster> | undefined;

function useCluster(): Promise<TestCluster> {
  shared ??= joinTestCluster(otherBinaries);
  return shared;
}

async function ensureTemplate(cluster: TestCluster, template: TestTemplate): Promise<string> {
  const name = `template_${createHash('sha256').update(template.key).digest('hex').slice(0, 16)}`;
  const client = await cluster.admin.connect();
  try {
    await client.query('select pg_advisory_lock(hashtext($1))', [name]);
    if (!(await hasDatabase(client, name))) await buildTemplate(cluster, name, template);
    await client.query('select pg_advisory_unlock(hashtext($1))', [name]);
    client.release();
    return name;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** Built under another name and renamed, so that a crash leaves no half-filled template. */
async function buildTemplate(cluster: TestCluster, name: string, template: TestTemplate): Promise<void> {
  const draft = `building_${randomBytes(8).toString('hex')}`;
  await createDatabase(cluster, draft, 'template1');
  await template.build(cluster.urlOf(draft));
  await cluster.admin.query(`alter database "${draft}" rename to "${name}"`);
}

/** Copies files instead of logging each page: with a server that never syncs it is the faster way. */
async function createDatabase(cluster: TestCluster, name: string, source: string): Promise<void> {
  await cluster.admin.query(`create database "${name}" template "${source}" strategy file_copy`);
}

async function hasDatabase(client: PoolClient, name: string): Promise<boolean> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
  return rowCount === 1;
}
