import { expect } from 'chai';
import { timesOf } from '../support/scale.js';
import { createFuzzWorld, type FuzzWorld } from './fuzz/fuzz-world.js';
import { describeFailure, fuzz, seedOf } from './fuzz/fuzzer.js';
import { requestsOf } from './fuzz/requests.js';
import { routes } from './policy.js';
import { tell } from './support/tell.js';

const file = 'test/security/fuzz-api.test.ts';
const perOperation = timesOf(2000, 12);

describe('generated requests to the API', function () {
  this.timeout(timesOf(600_000, 120_000));
  let world: FuzzWorld;
  const statuses = new Map<number, number>();
  let operations = 0;

  before(async () => {
    world = await createFuzzWorld();
  });
  after(async () => {
    tell(`${operations} operations × ${perOperation} requests: ${JSON.stringify(Object.fromEntries(statuses))}`);
    await world.close();
  });

  it('reads the log of the database: a wrong statement is noticed', async () => {
    await world.host.sql('select no_such_column').catch(() => undefined);

    expect((await world.log.mistakes()).join())
      .to.contain('42703')
      .and.contain('no_such_column');
  });

  for (const key of Object.keys(routes).filter((route) => route.includes(' /api/'))) {
    it(key, async () => {
      const operation = world.operations.get(key);
      if (operation === undefined) throw new Error('the document does not describe it');
      const requests = requestsOf(operation, await world.suppliesOf(operation));

      const outcome = await fuzz({
        ...{ client: world.client, seed: seedOf(key), count: perOperation, requests },
        check: (answer) => world.check.problem(operation, answer),
      });

      operations += 1;
      for (const [status, count] of outcome.statuses) statuses.set(status, (statuses.get(status) ?? 0) + count);
      const failures = outcome.failures.map((failure) => describeFailure(file, key, failure));
      expect(failures.length, failures.slice(0, 5).join('\n')).to.equal(0);
      expect((await world.log.mistakes()).join('\n')).to.equal('');
      expect(Reflect.get({}, 'polluted')).to.equal(undefined);
    });
  }
});
