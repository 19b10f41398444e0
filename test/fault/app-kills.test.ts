import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { FaultServer } from '../support/fault-server.js';
import { randomFrom, timesOf } from '../support/scale.js';
import { findLosses, findWrongEffects, startWriters } from '../support/writers.js';

const kills = timesOf(200);

describe('kill -9 of the app under 16 writers', function () {
  this.timeout(60_000 + kills * 20_000);

  let server: FaultServer;

  before(async () => {
    server = await FaultServer.start();
    for (const plugin of ['well-behaved', 'forgetful'])
      await server.enable(plugin, ['core.account:read', 'core.account:update', 'core.contact:create']);
  });

  after(() => server.close());

  /** @returns how long it took until it was ready again, in ms */
  async function kill(): Promise<number> {
    const [victim = 0] = await server.processes();
    const before = deaths();
    process.kill(victim, 'SIGKILL');
    const took = await server.untilReady();
    await eventually(async () => expect(deaths()).to.be.greaterThan(before));
    expect(await server.processes()).to.not.include(victim);
    return took;
  }

  const deaths = (): number => server.output().match(/ended with SIGKILL/g)?.length ?? 0;

  it(`loses nothing acknowledged, does nothing twice and delivers everything once, ${kills} times`, async () => {
    const random = randomFrom(1);
    const took: number[] = [];
    const writers = startWriters(server);
    for (let trial = 0; trial < kills; trial += 1) {
      // However busy the machine is, each kill meets work.
      await eventually(async () => expect(writers.count()).to.be.greaterThan(Math.min(trial, 2) * 16));
      await sleep(50 + 300 * random());
      took.push(await kill());
    }
    const written = await writers.stop();

    const { missing, doubled } = await findLosses(server, written);
    expect({ missing, doubled }).to.deep.equal({ missing: [], doubled: [] });
    expect([...written.unexpected]).to.deep.equal([]);
    expect(written.acknowledged.size).to.be.greaterThan(16 * 2);
    await eventually(async () =>
      expect(await findWrongEffects(server, 'well-behaved.contact-seen', 2)).to.have.length(0),
    );
    took.sort((a, b) => a - b);
    const median = took[Math.floor(took.length / 2)] ?? 0;
    process.stdout.write(
      `      ${kills} kills, ${written.acknowledged.size} acknowledged, ${written.retries} retries; ready again after ${Math.round(median)} ms (median), ${Math.round(took.at(-1) ?? 0)} ms (longest)\n`,
    );
  });

  it('would notice an event outside the writing transaction', async () => {
    const asked = server.ask('POST', '/api/v1/forgetful/event-afterwards').catch(() => undefined);
    const created = `select id from core.contacts where name like 'afterwards%'`;
    await eventually(async () => expect(await server.sql(created)).to.have.length(1));
    await kill();
    await asked;

    const [contact] = await server.sql<{ id: string }>(created);
    expect(await findWrongEffects(server, 'forgetful.contact-seen', 1)).to.deep.include(contact);
  });

  it('would notice a creation that a retry does again', async () => {
    const ask = () => server.ask('POST', '/api/v1/forgetful/late-answer', { body: { name: 'late' } });
    const first = ask().catch(() => undefined);
    await eventually(async () =>
      expect(await server.sql(`select from core.contacts where name = 'late'`)).to.have.length(1),
    );
    await kill();
    await first;
    const { body } = await ask();

    const losses = await findLosses(server, {
      acknowledged: new Map([['late', body.id]]),
      retries: 1,
      unexpected: new Map(),
    });
    expect(losses).to.deep.equal({ missing: [], doubled: ['late'] });
  });

  it('would notice what is acknowledged and not there', async () => {
    const acknowledged = new Map([['never written', '00000000-0000-7000-8000-000000000000']]);

    const { missing } = await findLosses(server, { acknowledged, retries: 0, unexpected: new Map() });

    expect(missing).to.deep.equal(['never written']);
  });
});
