import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { writeBadPlugin, type BadPluginOptions } from '../support/bad-plugin.js';
import { eventually } from '../support/eventually.js';
import { FaultServer, type Answer } from '../support/fault-server.js';
import { isFullRun } from '../support/scale.js';

/** Plugins that are refused when they are enabled, with the code and the reason that people see. */
const refused: readonly (BadPluginOptions & {
  readonly name: string;
  readonly code: string;
  readonly reason: RegExp;
})[] = [
  { name: 'throws-at-import', isBadAtLoad: true, code: 'import_failed', reason: /no luck while importing/ },
  { name: 'throws-at-register', isBadAtLoad: true, code: 'registration_failed', reason: /no luck while registering/ },
  { name: 'climbs-out', isBadAtLoad: true, code: 'invalid_path', reason: /is not METHOD \/path/ },
  { name: 'unprotected', isBadAtLoad: true, code: 'access_missing', reason: /says nobody may call it/ },
  {
    name: 'patches-prototypes',
    isBadAtLoad: true,
    code: 'intrinsics_changed',
    reason: /changes what all code shares: Object\.prototype\.isAdmin, Array\.prototype\.map, JSON\.stringify/,
  },
  {
    name: 'patches-libraries',
    isBadAtLoad: true,
    code: 'intrinsics_changed',
    reason: /ServerResponse\.prototype\.end, Koa\.prototype\.callback, pg\.Client\.prototype\.query/,
  },
  { name: 'broken-migration', code: 'migration_failed', reason: /column "broken" does not exist/ },
];

const contained = [
  ...['throws-everywhere', 'rejects-late', 'throws-in-timers', 'hangs', 'floods-log', 'floods-events'],
  ...['huge-answers', 'keeps-contexts', 'well-behaved'],
];

describe('bad plugins beside a working core', function () {
  this.timeout(180_000);

  let server: FaultServer;
  let account: string;

  before(async () => {
    server = await FaultServer.start();
    const capabilities = ['core.account:read', 'core.account:create', 'core.account:update'];
    for (const name of contained) await writeBadPlugin(server.pluginsDir, name, { capabilities });
    for (const plugin of contained) expect((await enable(plugin)).status, plugin).to.be.oneOf([200, 202]);
    account = (await server.ask('POST', '/api/v1/accounts', { body: { name: 'Acme' } })).body.id;
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') process.stdout.write(server.output().slice(-3000));
    for (const path of ['/healthz', '/readyz', `/api/v1/accounts/${account}`, '/api/v1/well-behaved/hello'])
      expect((await server.ask('GET', path, { timeoutMs: 5000 })).status, path).to.equal(200);
  });

  after(() => server.close());

  const enable = (plugin: string): Promise<Answer> => server.ask('POST', `/api/v1/plugins/${plugin}/activation`);
  const pluginOf = async (id: string) => (await server.ask('GET', `/api/v1/plugins/${id}`)).body;

  for (const { name, code, reason, ...options } of refused) {
    it(`refuses one that ${name.replaceAll('-', ' ')}`, async () => {
      await writeBadPlugin(server.pluginsDir, name, options);

      const { status, body } = await enable(name);
      const plugin = await pluginOf(name);

      expect({ status, code: body.code }).to.deep.equal({ status: 409, code });
      expect(plugin.reason).to.match(reason);
      expect(plugin.state).to.not.equal('active');
      expect(await server.page('/plugins')).to.contain(name);
    });
  }

  it('refuses one that takes the name of a path of core', async () => {
    await writeBadPlugin(server.pluginsDir, 'shadows-core', { id: 'accounts', isBadAtLoad: true }).catch(
      () => undefined,
    );

    expect((await enable('accounts')).status).to.be.oneOf([404, 409]);
    expect((await server.ask('GET', `/api/v1/accounts?limit=1`)).body.data).to.be.an('array');
  });

  it('shows a card, a 500 with the request or a failed attempt where one throws', async () => {
    const [route, page, guarded] = [
      await server.ask('GET', '/api/v1/throws-everywhere/route'),
      await server.page('/throws-everywhere/page'),
      await server.ask('POST', '/api/v1/accounts', { body: { name: 'Guarded' } }),
    ];
    const contact = await server.ask('POST', '/api/v1/contacts', { body: { name: 'Seen' } });

    expect([route.status, guarded.status, contact.status]).to.deep.equal([500, 500, 201]);
    expect(JSON.stringify(route.body) + page).to.not.contain('no luck');
    expect(await server.page(`/accounts/${account}/panels/throws-everywhere/broken`)).to.contain('panel');
    await eventually(async () => {
      const failing = `select from core.deliveries where subscription_id = 'throws-everywhere:break' and attempts > 0`;
      expect(await server.sql(failing)).to.have.length(1);
      expect(await server.sql(`select from core.events where type = 'well-behaved.contact-seen'`)).to.have.length(2);
    });
    expect((await pluginOf('throws-everywhere')).timings.lastFault?.message).to.equal('no luck in a callback');
  });

  it('goes on after rejections that come too late', async () => {
    const before = await server.processes();

    expect((await server.ask('GET', '/api/v1/rejects-late/late')).body).to.deep.equal({ isDone: true });
    await eventually(async () => {
      const { timings } = await pluginOf('rejects-late');
      expect(timings.faults).to.equal(2);
      expect(timings.lastFault).to.include({ what: 'route GET /late, after its end', message: 'later still' });
    });

    expect(await server.processes()).to.deep.equal(before);
  });

  it('takes connections and locks back from those that hang', async () => {
    const abandon = (method: string, path: string): Promise<unknown> =>
      server.ask(method, `/api/v1/hangs/${path}`, { timeoutMs: 1500 }).catch((error: unknown) => error);
    const hanging = Array.from({ length: 12 }, () => abandon('POST', 'transaction'));
    const locked = [abandon('POST', `lock/${account}`), abandon('GET', 'route')];
    await eventually(async () => {
      const [row] = await server.sql<{ held: number }>(
        `select count(*)::int as held from pg_stat_activity
         where application_name = 'trellis-request' and state = 'idle in transaction' and datname = current_database()`,
      );
      expect(row?.held).to.be.greaterThan(8);
    });
    expect((await server.ask('GET', '/healthz')).status).to.equal(200);
    await Promise.all([...hanging, ...locked]);

    await eventually(async () => {
      const renamed = await server.ask('PATCH', `/api/v1/accounts/${account}`, {
        body: { name: `Acme ${Date.now()}` },
        headers: { 'if-match': '*' },
      });
      expect(renamed.status).to.equal(200);
      const [row] = await server.sql<{ held: number }>(
        `select count(*)::int as held from pg_stat_activity
         where state = 'idle in transaction' and datname = current_database()`,
      );
      expect(row?.held).to.equal(0);
    });
  });

  it('leaves out what floods the log, and says so', async () => {
    expect((await server.ask('POST', '/api/v1/floods-log/flood')).status).to.equal(201);
    await eventually(async () => expect(server.output()).to.contain('a plugin floods the log'));

    expect(server.output().match(/"msg":"flood"/g)?.length).to.be.lessThan(5000);
    expect(server.output()).to.not.contain('x'.repeat(100_000));
  });

  it('stops what floods the event bus, and delivers what others emit meanwhile', async () => {
    const flood = await server.ask('POST', '/api/v1/floods-events/flood');
    const outside = await server.ask('POST', '/api/v1/floods-events/outside');
    expect(await server.sql(`select from core.events where type = 'floods-events.noise'`)).to.have.length(0);
    await server.ask('POST', '/api/v1/floods-events/echo');
    await sleep(500);
    const { body: contact } = await server.ask('POST', '/api/v1/contacts', { body: { name: 'In between' } });

    expect([flood.status, outside.status]).to.deep.equal([500, 500]);

    await eventually(async () => {
      const seen = await server.sql(
        `select from core.events where type = 'well-behaved.contact-seen' and payload->>'contactId' = $1`,
        [contact.id],
      );
      expect(seen).to.have.length(2);
    });
    expect((await server.ask('DELETE', '/api/v1/plugins/floods-events/activation')).status).to.be.oneOf([200, 202]);
  });

  it('refuses answers and panels that are too long, endless or no data', async () => {
    const statuses: number[] = [];
    for (const path of ['gigabyte', 'rows', 'circle'])
      statuses.push((await server.ask('GET', `/api/v1/huge-answers/${path}`)).status);
    const endless = await server.ask('GET', '/api/v1/huge-answers/endless');
    const panel = await server.page(`/accounts/${account}/panels/huge-answers/huge`);

    expect(statuses).to.deep.equal([500, 500, 500]);
    expect(JSON.stringify(endless.body).length).to.be.lessThan(10_000);
    expect(panel.length).to.be.lessThan(100_000);
  });

  it('revokes what a plugin keeps of a call that is over', async () => {
    await server.ask('POST', '/api/v1/keeps-contexts/keep');

    const { status } = await server.ask('POST', '/api/v1/keeps-contexts/use', { as: 'manager' });

    expect(status).to.equal(503);
    expect(await server.sql(`select from core.accounts where name like 'written as%'`)).to.have.length(0);
  });

  it('strikes timers that throw, and gets rid of them with their process', async () => {
    const before = await server.processes();
    await server.ask('POST', '/api/v1/throws-in-timers/timer');

    await eventually(async () => {
      expect(await server.processes())
        .to.have.length(1)
        .and.not.include(before[0]);
      const plugin = await pluginOf('throws-in-timers');
      expect(plugin.state).to.equal('quarantined');
      expect(plugin.reason).to.contain('a timer without a net');
    });
    await server.untilReady();
  });

  if (isFullRun)
    it('gives up one that never comes back from its import or its route', async () => {
      await writeBadPlugin(server.pluginsDir, 'hangs-at-import', { isBadAtLoad: true });
      const [route, imported] = await Promise.all([
        server.ask('GET', '/api/v1/hangs/route', { timeoutMs: 60_000 }),
        enable('hangs-at-import'),
      ]);

      expect(route.status).to.equal(503);
      expect(imported.status).to.be.oneOf([202, 503]);
      await eventually(async () => {
        expect((await pluginOf('hangs-at-import')).reason).to.contain('took longer than 15000 ms');
      });
    });
});
