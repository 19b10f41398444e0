import { expect } from 'chai';
import { createTestHost, type CoreTestHost } from '../../dist/testing/index.js';

describe('moments in core’s tables', () => {
  let host: CoreTestHost;
  before(async () => (host = await createTestHost()));
  after(() => host.close());

  it('are whole milliseconds', async () => {
    const finer = await host.sql(
      `select table_name || '.' || column_name as place from information_schema.columns
       where table_schema = 'core' and data_type like 'timestamp%' and datetime_precision <> 3 order by 1`,
    );

    expect(finer).to.deep.equal([]);
  });
});
