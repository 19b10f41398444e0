import { randomUUID } from 'node:crypto';
import { createTestHost } from '@trellis-crm/sdk/testing';
import type { TestHost, TestResponse, TestUser } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';

interface Entry {
  readonly key: string;
  readonly kind: string;
  readonly at: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Stretch {
  readonly data: readonly Entry[];
  readonly planned: readonly Entry[];
  readonly isMorePlanned: boolean;
  readonly pinned: readonly Entry[];
  readonly page: { readonly next: string | null };
}

describe('GET /api/v1/<entity>/:id/timeline', () => {
  let host: TestHost;
  let account: string;
  let contact: string;

  before(async () => {
    host = await createTestHost();
    account = await create('accounts', { name: 'Northwind' });
    contact = await create('contacts', { name: 'Ann', accounts: [{ account }] });
  });

  after(() => host.close());

  const idOf = ({ body }: TestResponse): string => String(body['id']);
  async function create(path: string, input: object, user: TestUser = host.user): Promise<string> {
    return idOf(await host.as(user).post(`/api/v1/${path}`, input));
  }
  const log = (input: object): Promise<string> =>
    create('activities', {
      kind: 'call',
      subject: 'A call',
      links: [{ entity: 'core.account', id: account }],
      ...input,
    });
  async function read(query = '', path = `accounts/${account}`, user: TestUser = host.user): Promise<Stretch> {
    const { status, text } = await host.as(user).get(`/api/v1/${path}/timeline${query}`);
    expect(status).to.equal(200);
    return JSON.parse(text) as Stretch;
  }
  const subjects = (entries: readonly Entry[]): unknown[] => entries.map(({ data }) => data['subject']);

  it('puts activities and changes together, newest first', async () => {
    const own = await create('accounts', { name: 'Mixed' });
    await log({ subject: 'Old', occurredAt: '2020-01-01T10:00:00Z', links: [{ entity: 'core.account', id: own }] });
    await host.as(host.user).patch(`/api/v1/accounts/${own}`, { name: 'Mixed Ltd' }, { 'If-Match': '*' });

    const { data, page } = await read('', `accounts/${own}`);

    expect(data.map(({ kind }) => kind)).to.deep.equal(['change', 'change', 'call']);
    expect(data[0]?.data).to.deep.include({
      verb: 'updated',
      changes: { name: { from: 'Mixed', to: 'Mixed Ltd' } },
      actor: host.user.userId,
    });
    expect(page.next).to.equal(null);
  });

  it('gives each entry once, whatever the size of the pages', async () => {
    const own = await create('contacts', { name: 'Paged' });
    const links = [{ entity: 'core.contact', id: own }];
    for (let n = 0; n < 7; n += 1)
      await log({ kind: n % 2 === 0 ? 'note' : 'call', subject: `n${n}`, occurredAt: '2024-05-05T10:00:00Z', links });
    await host.as(host.user).patch(`/api/v1/contacts/${own}`, { jobTitle: 'Buyer' }, { 'If-Match': '*' });
    const whole = await read('', `contacts/${own}`);

    const paged: Entry[] = [];
    let after: string | null = null;
    do {
      const stretch: Stretch = await read(`?limit=2${after === null ? '' : `&after=${after}`}`, `contacts/${own}`);
      paged.push(...stretch.data);
      after = stretch.page.next;
    } while (after !== null);

    expect(whole.data).to.have.length(9);
    expect(paged).to.deep.equal(whole.data);
  });

  it('shows kinds that are asked for only', async () => {
    await log({ kind: 'meeting', subject: 'Together' });

    const { data } = await read('?kinds=meeting');

    expect(data.map(({ kind }) => kind)).to.deep.equal(['meeting']);
  });

  it('shows an account the activities of its contacts, once each', async () => {
    const links = [
      { entity: 'core.contact', id: contact },
      { entity: 'core.account', id: account },
    ];
    await log({ kind: 'email', subject: 'With Ann', links: links.slice(0, 1) });
    await log({ kind: 'email', subject: 'With both', links });
    await log({ kind: 'email', subject: 'Taking part', links: [], participants: links.slice(0, 1) });

    expect(subjects((await read('?kinds=email')).data)).to.deep.equal(['Taking part', 'With both', 'With Ann']);
    expect((await read('?kinds=email', `contacts/${contact}`)).data).to.have.length(3);
  });

  it('keeps what is planned above, the most urgent first, until it is done', async () => {
    await log({ subject: 'Later', dueAt: '2031-01-01T10:00:00Z' });
    const soon = await log({ subject: 'Soon', dueAt: '2030-01-01T10:00:00Z' });
    const calls = await read('?kinds=call');
    const notes = await read('?kinds=note,change');
    const first = await read();
    const done = { doneAt: host.clock.now().toISOString() };
    await host.as(host.user).patch(`/api/v1/activities/${soon}`, done, { 'If-Match': '*' });

    expect(subjects(calls.planned)).to.deep.equal(['Soon', 'Later']);
    expect(subjects(calls.data)).to.not.include('Soon');
    expect(notes.planned).to.deep.equal([]);
    expect(subjects(first.planned)).to.deep.equal(['Soon', 'Later']);
    expect(subjects((await read()).planned)).to.deep.equal(['Later']);
    expect(subjects((await read('?kinds=call')).data)).to.include('Soon');
  });

  it('says when more is planned than it shows, and shows as many as are asked for', async () => {
    const own = await create('accounts', { name: 'Much to do' });
    const links = [{ entity: 'core.account', id: own }];
    for (let n = 0; n < 11; n += 1)
      await log({ kind: 'task', subject: `t${String(n)}`, dueAt: `2030-01-${String(n + 10)}T10:00:00Z`, links });

    const first = await read('?kinds=task', `accounts/${own}`);
    const all = await read('?planned=11', `accounts/${own}`);

    expect([first.planned.length, first.isMorePlanned]).to.deep.equal([10, true]);
    expect([subjects(all.planned).at(-1), all.isMorePlanned]).to.deep.equal(['t10', false]);
    expect((await host.as(host.user).get(`/api/v1/accounts/${own}/timeline?planned=101`)).status).to.equal(400);
    expect((await host.as(host.user).page(`/accounts/${own}`)).text)
      .to.include(`href="/accounts/${own}/timeline?planned&#x3D;all"`)
      .and.not.include('t10');
    expect((await host.as(host.user).page(`/accounts/${own}/timeline?planned=all`)).text).to.include('t10');
  });

  it('has what people pin on top, for everybody, until it is taken down', async () => {
    const pinned = await log({ kind: 'note', subject: 'Read this first' });
    const pin = `/api/v1/accounts/${account}/timeline/pins/${pinned}`;

    expect((await host.as(host.user).request('PUT', pin)).status).to.equal(204);
    expect(subjects((await read('', `accounts/${account}`, host.readOnly)).pinned)).to.deep.equal(['Read this first']);
    expect(subjects((await read('?kinds=note')).pinned)).to.deep.equal(['Read this first']);
    expect((await read('?kinds=call')).pinned).to.deep.equal([]);
    expect((await host.as(host.readOnly).request('PUT', pin)).status).to.equal(403);
    const elsewhere = `/api/v1/accounts/${await create('accounts', { name: 'Elsewhere' })}/timeline/pins/${pinned}`;
    expect((await host.as(host.user).request('PUT', elsewhere)).status).to.equal(404);
    expect((await host.as(host.user).delete(pin)).status).to.equal(204);
    expect((await read()).pinned).to.deep.equal([]);
  });

  it('knows nothing of activities in the trash, nor of those that the reader may not see', async () => {
    const gone = await log({ kind: 'fax', subject: 'Gone' });
    await log({ kind: 'fax', subject: 'Still there' });
    await host.as(host.user).delete(`/api/v1/activities/${gone}`, { 'If-Match': '*' });
    const seen = await read('?kinds=fax');
    await grant('core.activity:read', 'own');
    const hidden = await read('?kinds=fax', `accounts/${account}`, host.readOnly);
    await grant('core.activity:read', 'all');

    expect(subjects(seen.data)).to.deep.equal(['Still there']);
    expect(hidden.data).to.deep.equal([]);
  });

  it('looks behind what is in the trash until a page is full', async () => {
    const own = await create('accounts', { name: 'Much in the trash' });
    const links = [{ entity: 'core.account', id: own }];
    for (const day of ['01', '02', '03', '04', '05', '06'])
      await log({ kind: 'letter', subject: `Letter ${day}`, occurredAt: `2025-01-${day}T10:00:00Z`, links });
    await host.sql("update core.activities set deleted_at = now() where subject > 'Letter 02' and kind = 'letter'");

    const first = await read('?kinds=letter&limit=1', `accounts/${own}`);
    const second = await read(`?kinds=letter&limit=1&after=${String(first.page.next)}`, `accounts/${own}`);

    expect(subjects([...first.data, ...second.data])).to.deep.equal(['Letter 02', 'Letter 01']);
    expect(second.page.next).to.equal(null);
  });

  for (const [query, pointer] of [
    ['?kinds=nothing', '?kinds'],
    ['?limit=0', '?limit'],
    ['?after=broken', '?after'],
    ['?colour=red', '?colour'],
  ] as const)
    it(`refuses ${query}`, async () => {
      const { status, body } = await host.as(host.user).get(`/api/v1/accounts/${account}/timeline${query}`);

      expect([status, body['errors']?.[0]?.['pointer']]).to.deep.equal([400, pointer]);
    });

  it('refuses a cursor that names no place in a source', async () => {
    const cursor = (place: object): string => Buffer.from(JSON.stringify(place)).toString('base64url');
    for (const place of [{ activities: "' or true" }, { changes: 'x' }, { activities: '2020-99-99T1Z_x' }]) {
      const { status } = await host.as(host.user).get(`/api/v1/accounts/${account}/timeline?after=${cursor(place)}`);
      expect(status).to.equal(400);
    }
  });

  it('is not there for a record that is not, and for nobody', async () => {
    expect((await host.as(host.user).get(`/api/v1/accounts/${randomUUID()}/timeline`)).status).to.equal(404);
    expect((await host.as().get(`/api/v1/accounts/${account}/timeline`)).status).to.equal(401);
    const nowhere = `/api/v1/accounts/${account}/timeline/pins/${randomUUID()}`;
    expect((await host.as(host.user).request('PUT', nowhere)).status).to.equal(404);
  });

  async function grant(right: string, reach: string): Promise<void> {
    const { status } = await host
      .as(host.admin)
      .request('PUT', '/api/v1/roles/read-only/grants', { grants: { [right]: reach } });
    expect(status).to.equal(200);
  }
});
