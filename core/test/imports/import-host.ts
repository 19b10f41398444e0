import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import type { EntityDefinition, ImportTransform } from '@trellis-crm/sdk';
import type { Identity } from '../../dist/auth/identity.js';
import { fileOfBytes } from '../../dist/imports/files/import-file.js';
import { createImports, type Imports } from '../../dist/imports/import-service.js';
import type { ImportRecord } from '../../dist/imports/import-record.js';
import { importTransactions } from '../../dist/imports/import-transactions.js';
import { parseMapping } from '../../dist/imports/mapping/parse-mapping.js';
import type { ImportRequest } from '../../dist/imports/receive-import.js';
import type { Generation } from '../../dist/kernel/generation.js';
import { openRecordHost, operator, type RecordHost } from '../records/record-host.js';

/** Imports on a database of their own, without jobs and HTTP. */
export interface ImportHost {
  readonly host: RecordHost;
  readonly imports: Imports;
  /** Takes a file and runs it to its end. */
  import(text: string | Buffer, request?: Partial<ImportRequest>, identity?: Identity): Promise<ImportRecord>;
  /** One of the example files with its mapping. */
  example(name: string, request?: Partial<ImportRequest>): Promise<ImportRecord>;
  rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
}

export async function openImportHost(transforms: readonly ImportTransform[] = []): Promise<ImportHost> {
  const host = await openRecordHost();
  const contributions = new Map([['core.import-transform', transforms.map((value) => ({ module: 'lab', value }))]]);
  const generation: Generation = { ...host.generation, contributions };
  const people = new Map<string, Identity>();
  const imports = createImports({
    database: host.database,
    clock: host.clock,
    generation: () => generation,
    info: () => ({ name: 'Test', baseCurrency: 'EUR', timeZone: 'UTC', locale: 'en', publicUrl: 'http://localhost' }),
    progress: () => ({
      create: async () => undefined,
      report: async () => undefined,
      finish: async () => undefined,
      get: async () => Promise.reject(new Error('not kept here')),
    }),
    enqueue: async () => undefined,
    takeGivenUp: async () => [],
    identityOf: async (actor) => (actor.kind === 'operator' ? operator : (people.get(actor.userId) ?? operator)),
    transactionOf: (identity, used, signal) =>
      importTransactions(
        { knex: host.database.work, world: host.room.world, contexts: noContexts, wakeRelay: () => undefined },
        { identity, generation: used, signal },
      ),
  });
  const run = async (
    text: string | Buffer,
    request: Partial<ImportRequest> = {},
    identity = operator,
  ): Promise<ImportRecord> => {
    if (identity.userId !== null) people.set(identity.userId, identity);
    const record = await imports.accept(
      { file: fileOfBytes('test.csv', Buffer.from(text)), isDryRun: false, ...request },
      identity,
    );
    return imports.run(record.id);
  };
  return {
    host,
    imports,
    import: run,
    example: async (name, request) => {
      const folder = new URL('../../../examples/crm-sales-opportunities/', import.meta.url);
      const mapping = parseMapping(await readFile(new URL(`${name}.mapping.json`, folder), 'utf8'));
      return run(await readFile(new URL(`${name}.csv`, folder)), { mapping, ...request });
    },
    rows: async (sql) =>
      (await host.database.knex.raw<{ rows: readonly Readonly<Record<string, unknown>>[] }>(sql)).rows,
    close: () => host.close(),
  };
}

/** Transformations of these tests need no context. */
const noContexts = () => ({ create: () => ({}), transaction: () => Promise.reject(new Error('none')) }) as never;

/** Any entity's records, told apart by a title. */
export type AnyEntity = EntityDefinition;
