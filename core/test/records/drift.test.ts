import { expect } from 'chai';
import { findDrift, missingParts } from '../../dist/records/drift.js';
import { Sample } from './lab.js';
import { openRecordHost, type RecordHost } from './record-host.js';

describe('the drift check', () => {
  let host: RecordHost;

  before(async () => {
    host = await openRecordHost();
  });

  after(() => host.close());

  const drift = async (): Promise<readonly string[]> => {
    const found = await findDrift(host.database.knex, [...host.generation.entities.values()]);
    return found.map(({ kind, problem, fix }) => `${kind}: ${problem}; ${fix}`).toSorted();
  };

  it('finds nothing in tables that fit', async () => {
    expect(await drift()).to.deep.equal([]);
  });

  it('takes two queries for all entities', async () => {
    expect(await host.statementsOf(drift)).to.have.length(2);
  });

  it('names tables, columns, types, nullability and indexes that do not fit, each with its fix', async () => {
    await host.database.knex.schema.raw(`
      drop table p_lab.sample_readings;
      alter table p_lab.samples drop column price_currency;
      alter table p_lab.samples alter column weight type numeric(10,2);
      alter table p_lab.samples alter column seen_at type timestamptz;
      alter table p_lab.samples alter column state drop not null;
      alter table p_lab.samples alter column notes set not null;
      alter table p_lab.samples alter column count type bigint;
      alter table p_lab.samples add column surplus text;
      drop index p_lab.samples_code_unique;
      alter table p_lab.account_x drop column hidden`);

    expect(await drift()).to.deep.equal([
      'missing_column: p_lab.account_x.hidden is missing; add hidden text',
      'missing_column: p_lab.samples.price_currency is missing; add price_currency text',
      'missing_table: table p_lab.sample_readings is missing; create it with sample_id uuid not null, position integer not null, value numeric with 4 decimals not null, cost numeric with 4 decimals, cost_currency text, at timestamptz(3), contact_id uuid',
      'missing_unique_index: p_lab.samples.code has no unique index; add one where deleted_at is null',
      'wrong_nullability: p_lab.samples.notes may not be null; drop its not-null constraint',
      'wrong_nullability: p_lab.samples.state may be null; fill the gaps and make it not null',
      'wrong_type: p_lab.samples.seen_at is timestamp with time zone; change it to timestamptz(3)',
      'wrong_type: p_lab.samples.weight is numeric(10,2); change it to numeric with 3 decimals',
    ]);
    const parts = await missingParts(host.entity(Sample), host.database);
    expect(parts.map(({ kind, table, column }) => `${kind} ${table.tableName} ${column?.name ?? ''}`)).to.deep.equal([
      'missing_unique_index samples code',
      'missing_column samples price_currency',
      'missing_table sample_readings ',
    ]);
  });
});
