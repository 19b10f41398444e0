import { StartError } from '@trellis-crm/config';
import { expect } from 'chai';
import { checkServer } from '../../dist/database/index.js';
import { createTestDatabase, type TestDatabase } from '../../dist/testing/index.js';

describe('checkServer', () => {
  let home: TestDatabase;

  before(async () => {
    home = await createTestDatabase();
  });

  after(() => home.drop());

  it('accepts the embedded server, and warns that the one of the tests would lose data', async () => {
    const facts = await checkServer({ url: home.url });

    expect(facts.version).to.match(/^1[5-9]\./);
    expect(facts.warnings).to.include('fsync is off: a power cut can lose or break data');
  });

  it('says that nobody listens', async () => {
    const error = await refusal('postgres://trellis@127.0.0.1:1/crm');

    expect(error.message).to.equal('The database of DATABASE_URL cannot be used');
    expect(error.reason).to.contain('ECONNREFUSED');
    expect(error.fix).to.contain('host, port and network');
  });

  it('says that the password is wrong', async () => {
    const error = await refusal(home.url.replace(/:[^:@]+@/, ':wrong@'));

    expect(error.fix).to.equal('correct user and password');
    expect(error.reason).to.not.contain('wrong@');
  });

  it('says that there is no such database', async () => {
    expect((await refusal(`${home.url}_other`)).fix).to.contain('create the database');
  });
});

async function refusal(url: string): Promise<StartError> {
  try {
    await checkServer({ url }, 0);
  } catch (error) {
    if (error instanceof StartError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
