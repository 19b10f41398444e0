import { expect } from 'chai';
import type { Database } from '../../dist/database/index.js';
import { openRecordDatabase } from './record-database.js';

describe('migrations of the record tables', () => {
  let database: Database;

  before(async () => {
    database = await openRecordDatabase();
  });

  after(() => database.close());

  it('create the tables of core records and their lists', async () => {
    const tables: readonly { table_name: string }[] = await database
      .knex('information_schema.tables')
      .where({ table_schema: 'core' })
      .select('table_name');

    expect(tables.map((row) => row.table_name)).to.include.members([
      'accounts',
      'account_addresses',
      'account_domains',
      'contacts',
      'contact_accounts',
      'contact_emails',
      'contact_phones',
      'teams',
      'team_managers',
      'users',
      'audit_log',
      'external_ids',
    ]);
  });
});
