import { NotFoundError } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { pino } from 'pino';
import { openSignals, uuidV7, type Signals } from '../../dist/database/index.js';
import type { Endpoint } from '../../dist/http/endpoint.js';
import { jobEndpoints } from '../../dist/jobs/job-endpoints.js';
import { createProgressStore, type ProgressStore } from '../../dist/jobs/job-progress.js';
import { LiveChannel, LiveHub } from '../../dist/live/index.js';
import { TestClock } from '../events/bus.js';
import { openEventDatabase, type EventDatabase } from '../events/event-database.js';
import { labSession, startLab } from '../http/http-lab.js';

describe('Progress of jobs', () => {
  let database: EventDatabase;
  let signals: Signals;
  let hub: LiveHub;
  let store: ProgressStore;
  const clock = new TestClock();

  beforeEach(async () => {
    database = await openEventDatabase();
    signals = openSignals(() => database.connectDirect(), pino({ level: 'silent' }));
    hub = new LiveHub();
    store = createProgressStore({ knex: database.work, clock, channel: new LiveChannel(hub, signals) });
  });

  afterEach(async () => {
    await signals.close();
    await database.close();
  });

  it('goes from waiting over running to done, and tells who watches', async () => {
    const id = await create(null);
    const heard: string[] = [];
    hub.watch([`job:${id}`], (topic) => heard.push(topic));

    const waiting = await store.get(id);
    await store.report(id, { done: 10, total: 100 });
    await store.report(id, { done: 20, message: 'still at it' });
    const running = await store.get(id);
    await store.finish(id, 'done');

    expect(waiting).to.include({ state: 'waiting', done: 0, total: null, startedAt: null });
    expect(running).to.include({ state: 'running', done: 20, total: 100, message: 'still at it' });
    expect(running.startedAt).to.deep.equal(clock.now());
    expect(await store.get(id)).to.deep.include({ state: 'done', done: 20, finishedAt: clock.now() });
    expect(heard).to.deep.equal([`job:${id}`, `job:${id}`]);
  });

  it('does not exist for a transaction that rolls back', async () => {
    const id = uuidV7();
    await database
      .tx(async (trx) => {
        await store.create(trx, { id, kind: 'import', ownerId: null });
        throw new Error('no');
      })
      .catch(() => undefined);

    const missing = await store.get(id).catch((error: unknown) => error);

    expect(missing).to.be.instanceOf(NotFoundError).with.property('code', 'job_not_found');
  });

  it('is answered to who started the job and nobody else', async () => {
    const ada = uuidV7();
    const [own, other] = [await create(ada), await create(uuidV7())];
    const lab = await startLab(jobEndpoints(store).map((endpoint) => as(ada, endpoint)));
    const get = (id: string): Promise<Response> =>
      lab.fetch(`/api/v1/jobs/${id}`, { headers: { cookie: labSession.cookie } });

    const answer = await get(own);

    expect(answer.status).to.equal(200);
    expect(await answer.json()).to.have.deep.nested.property('data.state', 'waiting');
    for (const id of [other, uuidV7(), 'nonsense']) expect((await get(id)).status).to.equal(404);
    await lab.close();
  });

  async function create(ownerId: string | null): Promise<string> {
    const id = uuidV7();
    await store.create(database.knex, { id, kind: 'import', ownerId });
    return id;
  }
});

/** The lab's user under another id. */
function as(userId: string, endpoint: Endpoint): Endpoint {
  return {
    ...endpoint,
    handle: (request) => endpoint.handle({ ...request, identity: { ...request.identity, userId } }),
  };
}
