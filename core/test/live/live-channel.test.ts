import { expect } from 'chai';
import { pino } from 'pino';
import { openSignals, uuidV7, type Signals } from '../../dist/database/index.js';
import { LiveChannel, LiveHub, topicsOf, type Topic } from '../../dist/live/index.js';
import { accountUpdated } from '../events/bus.js';
import { openEventDatabase, type EventDatabase } from '../events/event-database.js';

const log = pino({ level: 'silent' });

describe('LiveChannel', () => {
  let database: EventDatabase;
  let processes: { hub: LiveHub; channel: LiveChannel; signals: Signals }[];

  beforeEach(async () => {
    database = await openEventDatabase();
    processes = [openProcess(), openProcess()];
    await Promise.all(processes.map(({ signals }) => connected(signals)));
  });

  afterEach(async () => {
    await Promise.all(processes.map(({ signals }) => signals.close()));
    await database.close();
  });

  it('brings topics to the other processes when the transaction commits, and here when told', async () => {
    const topics = Array.from({ length: 500 }, () => `core.account:${uuidV7()}`);
    const [here, there] = processes;
    const [heardHere, heardThere] = [heard(here?.hub), heard(there?.hub)];

    const publishHere = await database.tx(
      (trx) => here?.channel.send(trx, topics) ?? Promise.reject(new Error('none')),
    );
    while (heardThere.length < topics.length) await new Promise((resolve) => setTimeout(resolve, 5));
    const before = heardHere.length;
    publishHere();

    expect(heardThere).to.deep.equal(topics);
    expect(before).to.equal(0);
    expect(heardHere).to.deep.equal(topics);
  });

  it('says nothing of what rolled back', async () => {
    const [here, there] = processes;
    const heardThere = heard(there?.hub);

    await database
      .tx(async (trx) => {
        await here?.channel.send(trx, [`core.account:${uuidV7()}`]);
        throw new Error('no');
      })
      .catch(() => undefined);
    await here?.channel.send(database.knex, ['core.account:last']);
    while (heardThere.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));

    expect(heardThere).to.deep.equal(['core.account:last']);
  });

  function openProcess() {
    const hub = new LiveHub();
    const signals = openSignals(() => database.connectDirect(), log);
    return { hub, signals, channel: new LiveChannel(hub, signals) };
  }
});

describe('topicsOf', () => {
  const event = { type: accountUpdated.id, entity: 'core.account', orderKey: 'a1', payload: { id: 'a1' } };

  it('names the record an event is about and what listeners name, each once', () => {
    const listener = { module: 'sales', event: accountUpdated, subject: () => ({ entity: 'sales.deal', id: 'd1' }) };

    const topics = topicsOf([event, event], new Map([[accountUpdated.id, [listener]]]), log);

    expect(topics).to.deep.equal(['core.account:a1', 'sales.deal:d1']);
  });

  it('names the entity of a crowd of new records', () => {
    const crowd = { type: 'core.account-created', entity: 'core.account', orderKey: null, payload: null };

    expect(topicsOf([crowd, event], new Map(), log)).to.deep.equal(['core.account', 'core.account:a1']);
  });

  it('goes on when a listener throws', () => {
    const subject = (): never => {
      throw new Error('no');
    };

    const topics = topicsOf(
      [event],
      new Map([[accountUpdated.id, [{ module: 'sales', event: accountUpdated, subject }]]]),
      log,
    );

    expect(topics).to.deep.equal(['core.account:a1']);
  });
});

function heard(hub: LiveHub | undefined): Topic[] {
  const topics: Topic[] = [];
  hub?.watch(['core.account'], (topic) => topics.push(topic));
  return topics;
}

function connected(signals: Signals): Promise<null> {
  return new Promise((resolve) => {
    signals.onConnected(() => resolve(null));
  });
}
