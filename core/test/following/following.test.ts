import { randomUUID } from 'node:crypto';
import { UserMentioned, type Id } from '@trellis-crm/sdk';
import { createTestHost } from '@trellis-crm/sdk/testing';
import type { TestHost, TestUser } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';

describe('following and naming people', () => {
  let host: TestHost;
  let account: Id;

  before(async () => {
    host = await createTestHost();
    const { body } = await host.as(host.user).post('/api/v1/accounts', { name: 'Northwind' });
    account = String(body['id']);
  });

  after(() => host.close());

  const following = (rest = `accounts/${account}`): string => `/api/v1/${rest}/following`;
  const write = (body: string) => host.as(host.user).submit(`/accounts/${account}/activities`, { kind: 'note', body });
  const told = async ({ userId }: TestUser): Promise<readonly unknown[]> => {
    await host.settle();
    const rows = await host.sql(`select kind from core.notifications where user_id = '${userId}' order by kind`);
    return rows.map(({ kind }) => kind);
  };

  it('is begun and ended by whoever sees the record', async () => {
    const client = host.as(host.readOnly);

    const begun = await client.request('PUT', following());
    const again = await client.request('PUT', following());
    const seen = await client.get(following());
    const ended = await client.delete(following());

    for (const { status, body } of [begun, again, seen])
      expect([status, body]).to.deep.equal([200, { isFollowing: true, followers: [host.readOnly.userId] }]);
    expect(ended.body).to.deep.equal({ isFollowing: false, followers: [] });
  });

  it('is not there for records that are not, and for nobody', async () => {
    expect((await host.as(host.user).request('PUT', following(`accounts/${randomUUID()}`))).status).to.equal(404);
    expect((await host.as().request('PUT', following())).status).to.equal(401);
  });

  it('has followers told of what others add to the record, not those who add it', async () => {
    for (const user of [host.manager, host.user])
      await host.as(user).submit(`/accounts/${account}/following`, { follow: 'true' });

    await write('Something new');

    expect(await told(host.manager)).to.include('core.followed-activity');
    expect(await told(host.user)).to.not.include('core.followed-activity');
  });

  it('has followers told of what comes by any way, and of what only names the record as a participant', async () => {
    const { body: contact } = await host.as(host.user).post('/api/v1/contacts', { name: 'Ann Buyer' });
    const about = { entity: 'core.contact', id: contact['id'] };
    const follower = await host.buildUser({ name: 'Follower One', role: 'manager' });
    await host.as(follower).request('PUT', following(`contacts/${String(contact['id'])}`));

    await host.as(host.user).post('/api/v1/activities', { kind: 'call', subject: 'By the API', links: [about] });
    expect(await told(follower)).to.deep.equal(['core.followed-activity']);
    await host
      .as(host.user)
      .post('/api/v1/activities', { kind: 'call', subject: 'In the room', participants: [about] });
    await told(follower);

    const lines = await host.sql(
      `select count, record_id from core.notifications where user_id = '${follower.userId}'`,
    );
    expect(lines).to.deep.equal([{ count: 2, record_id: contact['id'] }]);
  });

  it('has those told who are named, once, and nobody whose name only begins so', async () => {
    const ann = await host.buildUser({ name: 'Ann' });
    const anna = await host.buildUser({ name: 'Anna Berg' });

    await write(`@${anna.name} and @${host.admin.email}: please have a look`);

    expect(await told(anna)).to.deep.equal(['core.mentioned']);
    expect(await told(host.admin)).to.include('core.mentioned');
    expect(await told(ann)).to.deep.equal([]);
    expect((await host.emitted(UserMentioned)).map(({ user }) => user)).to.have.members([
      anna.userId,
      host.admin.userId,
    ]);
  });

  it('takes names over the API too, and tells nobody twice', async () => {
    const { body: activity } = await host.as(host.user).post('/api/v1/activities', { kind: 'note', subject: 'Named' });
    const somebody = await host.buildUser({ name: 'Somebody Else' });
    const mentions = `/api/v1/activities/${String(activity['id'])}/mentions`;
    const name = (users: readonly string[]) => host.as(host.user).post(mentions, { users });

    const first = await name([somebody.userId]);
    const second = await name([somebody.userId]);

    expect([first.status, first.body]).to.deep.equal([200, { told: [somebody.userId] }]);
    expect(second.body).to.deep.equal({ told: [] });
    expect((await name(['nobody'])).status).to.equal(422);
    expect((await host.as(host.readOnly).post(mentions, { users: [somebody.userId] })).status).to.equal(403);
    const { body: foreign } = await host
      .as(host.admin)
      .post('/api/v1/activities', { kind: 'note', subject: 'Not mine' });
    const elsewhere = `/api/v1/activities/${String(foreign['id'])}/mentions`;
    expect((await host.as(host.user).post(elsewhere, { users: [somebody.userId] })).status).to.equal(403);
    const nowhere = `/api/v1/activities/${randomUUID()}/mentions`;
    expect((await host.as(host.user).post(nowhere, { users: [somebody.userId] })).status).to.equal(404);
  });

  it('has those told whom a text names, whichever way it was written or changed, once', async () => {
    const eve = await host.buildUser({ name: 'Eve Example' });
    const { body: note } = await host
      .as(host.user)
      .post('/api/v1/activities', { kind: 'note', subject: 'Plain', body: 'mail joe@eve example' });
    expect(await told(eve)).to.deep.equal([]);
    const change = (body: string) =>
      host.as(host.user).patch(`/api/v1/activities/${String(note['id'])}`, { body }, { 'If-Match': '*' });

    await change('Please look, @Eve Example.');
    expect(await told(eve)).to.deep.equal(['core.mentioned']);
    await change('Please look again, @eve example!');
    await told(eve);

    const lines = await host.sql(`select count from core.notifications where user_id = '${eve.userId}'`);
    expect(lines).to.deep.equal([{ count: 1 }]);
  });
});
