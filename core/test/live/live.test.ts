import { expect } from 'chai';
import { uuidV7 } from '../../dist/database/index.js';
import { startLiveLab, type LiveLab } from './live-lab.js';

const [mine, theirs, job] = [uuidV7(), uuidV7(), uuidV7()];

describe('GET /api/v1/live', () => {
  let lab: LiveLab;

  beforeEach(async () => {
    lab = await startLiveLab({
      reaches: { 'core.account': 'own', 'core.contact': 'all' },
      visibleIds: [mine],
      ownJobs: [job],
    });
  });

  afterEach(async () => {
    lab.streams.close();
    await lab.close();
  });

  it('tells of a change of a record that is watched', async () => {
    const stream = await lab.open(`core.account:${mine}`);

    lab.hub.publish([`core.account:${theirs}`, `core.account:${mine}`]);

    expect(await stream.next()).to.equal(`core.account:${mine}`);
    expect(stream.response.headers.get('content-type')).to.equal('text/event-stream; charset=utf-8');
    expect(stream.response.headers.get('cache-control')).to.contain('no-transform');
  });

  it('tells of each topic once, however often it changes in a moment', async () => {
    const stream = await lab.open(`core.account:${mine},job:${job}`);

    for (let times = 0; times < 100; times++) lab.hub.publish([`core.account:${mine}`]);
    lab.hub.publish([`job:${job}`]);

    expect(await stream.next()).to.equal(`core.account:${mine}`);
    expect(await stream.next()).to.equal(`job:${job}`);
  });

  it('gives ids of an entity only to those who may read all of it', async () => {
    const stream = await lab.open('core.account,core.contact');

    lab.hub.publish([`core.account:${theirs}`, `core.contact:${theirs}`]);

    expect([await stream.next(), await stream.next(), await stream.next()]).to.have.members([
      'core.account',
      `core.contact:${theirs}`,
      'core.contact',
    ]);
  });

  it('stays silent about what the caller may not read or what does not exist', async () => {
    const stream = await lab.open(`core.account:${theirs},core.user,core.nothing,job:${uuidV7()},core.account:${mine}`);

    lab.hub.publish([`core.account:${theirs}`, `core.user:${theirs}`, 'core.nothing', `core.account:${mine}`]);

    expect(await stream.next()).to.equal(`core.account:${mine}`);
  });

  it('forgets a browser that left', async () => {
    const stream = await lab.open(`core.account:${mine}`);

    stream.leave();

    while (lab.hub.isWatched) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it('allows a session four streams', async () => {
    const streams = [];
    for (let count = 0; count < 5; count++) streams.push(await lab.open(`core.account:${mine}`));

    expect(streams.map(({ response }) => response.status)).to.deep.equal([200, 200, 200, 200, 429]);
  });

  it('refuses malformed topics and no topics', async () => {
    for (const topics of ['', 'account', 'core.account:1', 'job:', `${'core.account,'.repeat(3)}x`]) {
      const { response } = await lab.open(topics);

      expect(response.status, topics).to.equal(400);
    }
  });

  it('ends its streams when the process stops', async () => {
    const stream = await lab.open(`core.account:${mine}`);

    lab.streams.close();

    expect(await stream.next()).to.equal(undefined);
    expect((await lab.open('core.contact')).response.status).to.equal(503);
  });
});
