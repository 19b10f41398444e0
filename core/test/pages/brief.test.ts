import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { createTestHost } from '../../dist/testing/index.js';
import { writePlugin } from '../kernel/plugin-fixtures.js';

/** A plugin with lines that answer, fail, never answer, say nothing, and are for administrators only. */
const register = `
  const point = { id: 'core.brief-line', schema: { type: 'object' } };
  const entity = { id: 'core.account', module: 'core', noun: 'account' };
  const line = (id, order, load, permission = 'core.account:read') => host.contribute(point, { id, label: 'line.' + id, order, entity, permission, timeoutMs: 50, load });
  line('good', 50, async (ctx, ids) => new Map(ids.map((id) => [id, { value: 'fact <b>', href: '/accounts', tone: 'bad' }])));
  line('bad', 60, () => Promise.reject(new Error('secret trouble')));
  line('slow', 70, () => new Promise(() => {}));
  line('silent', 80, async () => new Map());
  line('secret', 90, async (ctx, ids) => new Map(ids.map((id) => [id, { value: 'for few' }])), 'core.plugin:administer');
`;

interface Line {
  readonly id: string;
  readonly value: string | null;
}

describe('the brief of a customer', function () {
  this.timeout(30_000);
  let host: TestHost;
  let folder: string;
  let id: string;

  before(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'trellis-brief-')), 'a', 'plugins');
    host = await createTestHost({ plugins: [await writePlugin(folder, { id: 'guest', register })] });
    const { body } = await host.as(host.user).post('/api/v1/accounts', { name: 'Acme' });
    id = String(body['id']);
  });

  after(async () => {
    await host.close();
    await rm(join(folder, '../..'), { recursive: true, force: true });
  });

  const linesOf = async (who: typeof host.user, of = id): Promise<readonly Line[]> =>
    (await host.as(who).get(`/api/v1/accounts/${of}/brief`)).body['data'] as unknown as readonly Line[];

  it('says who the owner is, then what modules know, in their order', async () => {
    const lines = await linesOf(host.user);

    expect(lines.map((line) => line.id)).to.deep.equal([
      'core.account-owner',
      'core.account-last-activity',
      'guest.good',
      'guest.bad',
      'guest.slow',
    ]);
    expect(lines[2]).to.deep.include({ value: 'fact <b>', href: '/accounts', tone: 'bad' });
  });

  it('has no value for a line that fails or takes too long, and no word of why', async () => {
    const { text } = await host.as(host.user).page(`/accounts/${id}`);
    const values = new Map((await linesOf(host.user)).map((line) => [line.id, line.value]));

    expect([values.get('guest.bad'), values.get('guest.slow')]).to.deep.equal([null, null]);
    expect(text).to.contain('fact &lt;b&gt;').and.contain('not available').and.not.contain('secret trouble');
  });

  it('shows nobody a line without the right to it', async () => {
    expect((await linesOf(host.admin)).map((line) => line.id)).to.include('guest.secret');
    expect((await linesOf(host.user)).map((line) => line.id)).to.not.include('guest.secret');
  });

  it('says what happened last, with what belongs to the customer too, and nothing that is only planned', async () => {
    const api = host.as(host.user);
    const { body: contact } = await api.post('/api/v1/contacts', { name: 'Ada', accounts: [{ account: id }] });
    const log = (kind: string, more: object, entity: string, record: unknown) =>
      api.post('/api/v1/activities', { kind, subject: kind, links: [{ entity, id: record }], ...more });
    await log('letter', { occurredAt: '2026-01-05T10:00:00Z' }, 'core.account', id);
    const { body: call } = await log('call', { occurredAt: '2026-01-07T10:00:00Z' }, 'core.contact', contact['id']);
    await log('meeting', { dueAt: '2026-02-01T10:00:00Z', occurredAt: '2026-01-09T10:00:00Z' }, 'core.account', id);
    await log('task', { occurredAt: '2026-01-10T10:00:00Z' }, 'core.account', id);
    const last = (lines: readonly Line[]): Line | undefined => lines.find((line) => line.id.endsWith('last-activity'));

    const ofAccount = last(await linesOf(host.user));
    const ofOther = await api.post('/api/v1/accounts', { name: 'Quiet' });

    expect(ofAccount).to.deep.include({ href: `/activities/${String(call['id'])}` });
    expect(ofAccount?.value).to.contain('Call · ').and.contain('Jan 7');
    expect(last(await linesOf(host.user, String(ofOther.body['id'])))?.value).to.equal('None yet');
  });

  it('is there for contacts, and tells of an owner that is missing', async () => {
    const { body } = await host.as(host.admin).post('/api/v1/contacts', { name: 'Ada', owner: null });

    const brief = await host.as(host.admin).get(`/api/v1/contacts/${String(body['id'])}/brief`);

    expect(brief.body['data']?.[0]).to.deep.include({ id: 'core.contact-owner', value: 'Nobody', tone: 'warn' });
  });

  it('is a page for those without scripts, and the strip alone for htmx', async () => {
    const whole = await host.as(host.user).page(`/accounts/${id}/brief`);
    const part = await host
      .as(host.user)
      .page(`/accounts/${id}/brief`, { 'HX-Request': 'true', 'HX-Request-Type': 'partial' });

    expect(whole.text).to.contain('<html').and.contain('class="brief"');
    expect(part.text).to.match(/^\s*<div role="group"/);
  });

  it('is not there for records that are not there, and for nobody', async () => {
    const absent = '00000000-0000-7000-8000-000000000000';
    const nobody = await fetch(`${host.url}/api/v1/accounts/${id}/brief`);

    expect((await host.as(host.user).get(`/api/v1/accounts/${absent}/brief`)).status).to.equal(404);
    expect((await host.as(host.user).get('/api/v1/accounts/x/brief')).status).to.equal(404);
    expect((await host.as(host.user).page(`/accounts/${absent}/brief`)).status).to.equal(404);
    expect(nobody.status).to.equal(401);
  });
});
