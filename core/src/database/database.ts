// Placeholder of the interface only: the platform branch's file of the same name replaces it as a whole.
import type { Knex } from 'knex';
import type pg from 'pg';

/** Pools on one database. */
export interface Database {
  readonly knex: Knex;
  readonly work: Knex;
  tx<T>(work: (trx: Knex.Transaction) => Promise<T>): Promise<T>;
  connectDirect(): Promise<pg.Client>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
