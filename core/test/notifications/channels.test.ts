import type { TestUser } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import type { CoreTestHost } from '../../dist/testing/index.js';
import { startSmtp, useSmtp, type SmtpLab } from '../mail/smtp-lab.js';
import { inboxOf, openToldLab, type ToldLab } from './told-lab.js';

const path = '/api/v1/me/notifications';
const hourMs = 3_600_000;

describe('channels of notifications', function () {
  this.timeout(60_000);
  let lab: ToldLab;
  let host: CoreTestHost;
  let smtp: SmtpLab;
  beforeEach(async () => {
    [lab, smtp] = await Promise.all([openToldLab(), startSmtp()]);
    ({ host } = lab);
    await useSmtp(host, { port: smtp.port });
  });
  afterEach(() => Promise.all([lab.close(), smtp.close()]));

  const choose = (user: TestUser, app: boolean, mail: string, digestHour = 8) =>
    host.as(user).patch(path, { digestHour, kinds: [{ kind: 'greeter.greeted', app, mail }] });
  const greet = async (notice: object = {}) => {
    await host.tx('greeter', (tx) => tx.notify(host.user.userId, 'greeter.greeted', notice), host.manager);
    await host.settle();
  };
  /** Moves the clock to the next time it is this hour in UTC. */
  const goTo = async (hour: number, minute = 5) => {
    const now = host.clock.now();
    const next = new Date(now);
    next.setUTCHours(hour, minute, 0, 0);
    if (next <= now) next.setUTCDate(next.getUTCDate() + 1);
    host.clock.advance(next.getTime() - now.getTime());
    await host.settle();
  };

  it('say how each kind is told, and take what one chooses', async () => {
    const before = await host.as(host.user).get(path);
    const changed = await choose(host.user, false, 'immediate', 17);

    const kinds = before.body['kinds'] as unknown as { kind: string; label: string; mail: string }[];
    const mine = kinds.find(({ kind }) => kind === 'greeter.greeted');
    expect(mine).to.deep.include({ label: 'I am greeted', app: true, mail: 'digest' });
    expect(before.body['digestHour']).to.equal(8);
    expect(changed.body['digestHour']).to.equal(17);
    expect(JSON.stringify(changed.body['kinds'])).to.contain('"app":false,"mail":"immediate"');
  });

  it('offer kinds that are for administrators to them only', async () => {
    const kindsOf = async (user: TestUser): Promise<string> =>
      JSON.stringify((await host.as(user).get(path)).body['kinds']);

    expect(await kindsOf(host.admin)).to.contain('core.plugin-quarantined');
    expect(await kindsOf(host.user)).to.not.contain('core.plugin-quarantined');
  });

  it('mail at once what one wants so, without the inbox if one does not want that', async () => {
    await choose(host.user, false, 'immediate');
    const { body } = await host.as(host.admin).post('/api/v1/accounts', { name: 'Oak' });
    await greet({ record: { entity: 'core.account', id: body['id'] } });

    expect((await inboxOf(host, host.user)).lines).to.deep.equal([]);
    expect(smtp.received).to.have.length(1);
    expect(smtp.received[0]?.source).to.contain(`Subject: ${host.manager.name} greets you about Oak`);
    expect(smtp.received[0]?.source).to.contain(`/accounts/${String(body['id'])}`);
    expect(smtp.received[0]?.source).to.match(/List-Unsubscribe: <http\S+\/me\/notifications>/);
  });

  it('mail what comes later, too, when one wants mails only', async () => {
    await choose(host.user, false, 'immediate');
    await greet({ key: 'same' });
    await greet({ key: 'same' });

    expect(smtp.received).to.have.length(2);
  });

  it('mail one digest at the hour one chose, in one’s own zone, of what one has not read', async () => {
    await choose(host.user, true, 'digest', 8);
    await host.as(host.user).patch('/api/v1/me/preferences', { timeZone: 'Asia/Shanghai' });
    await goTo(10);
    await greet({ key: 'a' });
    await greet({ key: 'b' });
    const [read] = (await inboxOf(host, host.user)).lines;
    await greet({ key: 'c' });
    await host.as(host.user).request('PUT', `/api/v1/notifications/${read?.id ?? ''}/reading`);
    await goTo(23);
    const early = smtp.received.length;

    await goTo(0);
    await goTo(1);

    expect(early).to.equal(0);
    expect(smtp.received).to.have.length(1);
    expect(smtp.received[0]?.source).to.contain('Subject: 2 things you may want to know');
  });

  it('mail one digest when two jobs begin at once', async () => {
    await choose(host.user, true, 'digest', 8);
    await goTo(10);
    await greet();
    host.clock.advance(23 * hourMs);
    const digest = () => host.workspace.jobs.runNow('core:mail-digests', {});
    await Promise.all([digest(), digest()]);
    await greet();
    await digest();

    expect(await host.sql(`select 1 from core.outgoing_mails where kind = 'digest'`)).to.have.length(1);
  });

  it('do not mail what came after the hour before the next day, nor anything twice', async () => {
    await choose(host.user, true, 'digest', 8);
    await goTo(10);
    await greet();
    host.clock.advance(2 * hourMs);
    await host.settle();
    const sameDay = smtp.received.length;
    await goTo(8);
    await goTo(8);

    expect([sameDay, smtp.received.length]).to.deep.equal([0, 1]);
  });

  it('mail what comes later to a line that was mailed and not read in the inbox', async () => {
    await choose(host.user, true, 'digest', 8);
    await goTo(10);
    await greet({ key: 'same' });
    await goTo(8);
    await goTo(10);
    await greet({ key: 'same' });
    await goTo(8);
    const digests = smtp.received.length;
    await choose(host.user, true, 'immediate');
    await greet({ key: 'same' });
    await greet({ key: 'same' });

    expect([digests, smtp.received.length]).to.deep.equal([2, 4]);
  });

  it('mail nothing of a record that the reader may not read', async () => {
    await choose(host.user, true, 'immediate');
    const { body } = await host.as(host.admin).post('/api/v1/accounts', { name: 'Secret Oak' });
    await host.as(host.admin).delete(`/api/v1/accounts/${String(body['id'])}`, { 'If-Match': '*' });
    await greet({ record: { entity: 'core.account', id: body['id'] } });

    expect(smtp.received).to.deep.equal([]);
    expect(await host.sql('select id from core.outgoing_mails')).to.deep.equal([]);
  });

  it('tell nothing at all when one wants neither', async () => {
    await choose(host.user, false, 'never');
    await greet();

    expect(await host.sql('select id from core.notifications')).to.deep.equal([]);
  });

  it('are chosen on a page', async () => {
    const page = await host.as(host.user).page('/me/notifications');
    const saved = await host.as(host.user).submit('/me/notifications', {
      ...{ digestHour: '6', 'app-greeter.greeted': 'false', 'mail-greeter.greeted': 'immediate' },
    });
    const { body } = await host.as(host.user).get(path);

    expect(page.text).to.contain('I am greeted');
    expect(saved.status).to.equal(303);
    expect(body['digestHour']).to.equal(6);
    expect(JSON.stringify(body['kinds'])).to.contain('"kind":"greeter.greeted","app":false,"mail":"immediate"');
  });

  it('are refused when they are none: 401, 422', async () => {
    const answers = [
      await host.as().get(path),
      await host.as(host.user).patch(path, { digestHour: 24 }),
      await host.as(host.user).patch(path, { kinds: [{ kind: 'core.unknown', app: true, mail: 'never' }] }),
      await host.as(host.user).patch(path, { kinds: [{ kind: 'core.plugin-quarantined', app: true, mail: 'never' }] }),
      await host.as(host.user).patch(path, { kinds: [{ kind: 'greeter.greeted', app: true, mail: 'pigeon' }] }),
    ];

    expect(answers.map(({ status }) => status)).to.deep.equal([401, 422, 422, 422, 422]);
  });
});
