import { expect } from 'chai';
import { pino } from 'pino';
import { openDatabase, openSignals, type Database, type Signals } from '../../dist/database/index.js';
import { createTestDatabase, type TestDatabase } from '../../dist/testing/index.js';

const log = pino({ level: 'silent' });

describe('Signals', () => {
  let home: TestDatabase;
  let database: Database;
  let signals: Signals;

  beforeEach(async () => {
    home = await createTestDatabase();
    database = openDatabase({ url: home.url }, log);
    signals = openSignals(() => database.connectDirect(), log);
  });

  afterEach(async () => {
    await signals.close();
    await database.close();
    await home.drop();
  });

  it('hears what any session sends to its channels', async () => {
    const heard = nextSignal('trellis_one');
    await connected();

    await send('trellis_other', 'no');
    await send('trellis_one', 'yes');

    expect(await heard).to.equal('yes');
  });

  it('comes back after its connection is lost, and says so', async () => {
    await connected();
    const heard = nextSignal('trellis_one');
    const back = Promise.withResolvers<null>();
    let times = 0;
    signals.onConnected(() => {
      times += 1;
      if (times === 2) back.resolve(null);
    });

    await database.knex.raw(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'trellis-direct' and datname = current_database()`,
    );
    await back.promise;
    await send('trellis_one', 'again');

    expect(await heard).to.equal('again');
  });

  it('stops when told', async () => {
    const heard: string[] = [];
    const stop = signals.on('trellis_one', (payload) => heard.push(payload));
    signals.on('trellis_end', () => undefined);
    await connected();
    await send('trellis_one', 'first');
    await nextSignalAfter(() => send('trellis_end', ''), 'trellis_end');

    stop();
    await send('trellis_one', 'second');
    await nextSignalAfter(() => send('trellis_end', ''), 'trellis_end');

    expect(heard).to.deep.equal(['first']);
  });

  function connected(): Promise<null> {
    return new Promise((resolve) => {
      signals.onConnected(() => resolve(null));
    });
  }

  function nextSignal(channel: string): Promise<string> {
    return new Promise((resolve) => signals.on(channel, resolve));
  }

  async function nextSignalAfter(act: () => Promise<unknown>, channel: string): Promise<void> {
    const heard = nextSignal(channel);
    await act();
    await heard;
  }

  async function send(channel: string, payload: string): Promise<void> {
    await database.knex.raw('select pg_notify(?, ?)', [channel, payload]);
  }
});
