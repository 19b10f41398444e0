import { expect } from 'chai';
import { uuidV7 } from '../../dist/database/index.js';
import { deadLetterEndpoints } from '../../dist/events/dead-letter-endpoints.js';
import { maxAttempts } from '../../dist/events/failure.js';
import type { Endpoint } from '../../dist/http/endpoint.js';
import { labSession, startLab, type HttpLab } from '../http/http-lab.js';
import { openBus, TestClock, type TestBus } from './bus.js';
import { createEffects, readEffects, recordEffect } from './effects.js';
import { openEventDatabase, type EventDatabase } from './event-database.js';

describe('/api/v1/dead-letters', () => {
  let database: EventDatabase;
  let bus: TestBus;
  let lab: HttpLab;
  let isBroken: boolean;

  beforeEach(async () => {
    database = await openEventDatabase();
    await createEffects(database);
    isBroken = true;
    bus = await openBus(
      database,
      {
        first: (unit, event) =>
          isBroken ? Promise.reject(new Error('out of ink')) : recordEffect('first')(unit, event),
      },
      new TestClock(),
    );
    const parts = { knex: database.knex, clock: bus.clock, wakeRelay: () => bus.relay.wake() };
    lab = await startLab(deadLetterEndpoints(parts).map(forAnyone));
  });

  afterEach(async () => {
    await lab.close();
    await bus.relay.close();
    await database.close();
  });

  it('lists them page by page with event, error and attempts', async () => {
    await bury(uuidV7(), uuidV7(), uuidV7());

    const first = await get('?limit=2');
    const second = await get(`?limit=2&after=${String(first.page.next)}`);

    expect(first.data).to.have.length(2);
    expect(first.data[0]).to.include({
      subscription: 'sales:first',
      event: 'core.account-updated',
      attempts: maxAttempts,
      lastError: 'Error: out of ink',
    });
    expect(second.data).to.have.length(1);
    expect(second.page.next).to.equal(null);
    expect((await get('?subscription=sales:other')).data).to.deep.equal([]);
  });

  it('replays one, which runs with all its attempts again', async () => {
    const account = uuidV7();
    await bury(account);
    isBroken = false;

    const { status } = await act('POST', `/${await onlyId()}/replay`);
    await bus.relay.drain();

    expect(status).to.equal(202);
    expect(await readEffects(database, 'first')).to.deep.equal([{ account, version: 1 }]);
    expect((await get('')).data).to.deep.equal([]);
  });

  it('drops one, which is not delivered any more', async () => {
    await bury(uuidV7());
    isBroken = false;

    const { status } = await act('DELETE', `/${await onlyId()}`);
    await bus.relay.drain();

    expect(status).to.equal(204);
    expect((await get('')).data).to.deep.equal([]);
    expect(await readEffects(database, 'first')).to.deep.equal([]);
  });

  it('takes a dropped one back as it was, and only one that was dropped', async () => {
    await bury(uuidV7());
    const before = await get('');
    const id = await onlyId();
    const early = await act('POST', `/${id}/restoration`);
    await act('DELETE', `/${id}`);

    const { status } = await act('POST', `/${id}/restoration`);

    expect([early.status, status]).to.deep.equal([404, 204]);
    expect(await get('')).to.deep.equal(before);
  });

  it('does not take back what was delivered', async () => {
    await bus.write(uuidV7(), 1);
    isBroken = false;
    await bus.relay.drain();
    const [delivery] = await database.knex<{ id: string; state: string }>('core.deliveries').select('id', 'state');

    const { status } = await act('POST', `/${delivery?.id ?? ''}/restoration`);

    expect([delivery?.state, status]).to.deep.equal(['done', 404]);
  });

  it('answers 404 for what is not a dead letter, and 400 for a bad page', async () => {
    expect((await act('POST', `/${uuidV7()}/replay`)).status).to.equal(404);
    expect((await act('DELETE', `/${uuidV7()}`)).status).to.equal(404);
    expect((await act('DELETE', '/nonsense')).status).to.equal(404);
    expect((await act('POST', `/${uuidV7()}/restoration`)).status).to.equal(404);
    for (const query of ['?limit=0', '?limit=201', '?after=x', '?unknown=1']) {
      expect((await act('GET', query)).status, query).to.equal(400);
    }
  });

  it('is for administrators of events only', () => {
    const accesses = deadLetterEndpoints({ knex: database.knex, clock: bus.clock, wakeRelay: () => undefined });

    expect(new Set(accesses.map(({ access }) => access))).to.deep.equal(new Set(['core.event:administer']));
  });

  async function bury(...accounts: readonly string[]): Promise<void> {
    for (const account of accounts) await bus.write(account, 1);
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      await bus.relay.drain();
      bus.clock.advance(86_400_000);
    }
  }

  async function onlyId(): Promise<string> {
    return (await get('')).data[0]?.id ?? '';
  }

  async function get(query: string): Promise<Page> {
    return (await (await act('GET', query)).json()) as Page;
  }

  function act(method: string, path: string): Promise<Response> {
    const headers = { cookie: labSession.cookie, 'X-CSRF-Token': labSession.csrf, 'If-Match': '*' };
    return lab.fetch(`/api/v1/dead-letters${path}`, { method, headers });
  }
});

interface Page {
  readonly data: readonly { readonly id: string }[];
  readonly page: { readonly next: string | null };
}

/** The lab's user holds no administrative right; what the right guards is tested apart. */
function forAnyone(endpoint: Endpoint): Endpoint {
  return { ...endpoint, access: 'signed-in' };
}
