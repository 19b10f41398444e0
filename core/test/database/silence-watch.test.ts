import { expect } from 'chai';
import pg from 'pg';
import { isConnectionLost } from '../../dist/database/index.js';
import { watchSilence } from '../../dist/database/silence-watch.js';
import { createTestDatabase, type TestDatabase } from '../../dist/testing/index.js';
import { freezableProxy } from './freezable-proxy.js';

describe('watchSilence', () => {
  let home: TestDatabase;

  before(async () => {
    home = await createTestDatabase();
  });

  after(() => home.drop());

  it('fails the statement of a server that froze, and not an idle connection', async () => {
    const proxy = await freezableProxy(home.url);
    const client = new pg.Client(proxy.url);
    client.on('error', () => undefined);
    await client.connect();
    watchSilence(client, 100);
    await new Promise((resolve) => setTimeout(resolve, 250));
    await client.query('select 1');

    proxy.freeze();
    const error: unknown = await client.query('select 1').catch((caught: unknown) => caught);
    await proxy.close();

    expect(isConnectionLost(error)).to.equal(true);
  });
});
