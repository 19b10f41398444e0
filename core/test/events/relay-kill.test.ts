import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { uuidV7 } from '../../dist/database/index.js';
import { openBus, TestClock } from './bus.js';
import { createEffects, readEffects, recordEffect } from './effects.js';
import { openEventDatabase, type EventDatabase } from './event-database.js';

const script = fileURLToPath(new URL('relay-process.js', import.meta.url));

describe('Relay in processes that are killed', () => {
  let database: EventDatabase;

  before(async () => {
    database = await openEventDatabase();
    await createEffects(database);
  });

  after(() => database.close());

  it('applies the effects of every event exactly once and in order', async () => {
    const bus = await openBus(database, { first: recordEffect('first') }, new TestClock());
    const accounts = Array.from({ length: 40 }, () => uuidV7());
    await Promise.all(accounts.map((account) => bus.write(account, 1, 2, 3, 4, 5)));
    await bus.relay.close();

    const signals: (NodeJS.Signals | null)[] = [];
    for (let round = 0; round < 2; round++) {
      const processes = await Promise.all([startRelay(), startRelay()]);
      await effectsBeyond((round + 1) * 20);
      signals.push(...(await Promise.all(processes.map(kill))));
    }
    const done = (await readEffects(database, 'first')).length;
    const last = await startRelay();
    await effectsBeyond(accounts.length * 5 - 1);
    await kill(last);

    expect(signals).to.deep.equal(Array.from({ length: 4 }, () => 'SIGKILL'));
    expect(done).to.be.within(40, accounts.length * 5 - 1);
    const effects = await readEffects(database, 'first');
    for (const account of accounts) {
      const versions = effects.filter((one) => one.account === account).map(({ version }) => version);
      expect(versions).to.deep.equal([1, 2, 3, 4, 5]);
    }
    expect(effects).to.have.length(accounts.length * 5);
  }).timeout(60_000);

  async function startRelay(): Promise<ChildProcess> {
    const child = spawn(process.execPath, [script, database.url], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    return child;
  }

  async function kill(child: ChildProcess): Promise<NodeJS.Signals | null> {
    const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    child.kill('SIGKILL');
    return (await exit)[1];
  }

  async function effectsBeyond(count: number): Promise<void> {
    while ((await readEffects(database, 'first')).length <= count) await pause(2);
  }
});
