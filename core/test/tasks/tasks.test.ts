import type { TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { createTestHost } from '../../dist/testing/index.js';

describe('tasks', function () {
  this.timeout(30_000);
  let host: TestHost;
  let account: string;
  let began: number;

  before(async () => {
    began = Math.floor(Date.now() / 1000) * 1000;
    host = await createTestHost();
    account = String((await client().post('/api/v1/accounts', { name: 'Oak' })).body['id']);
  });
  after(() => host.close());
  beforeEach(async () => {
    await host.sql('delete from core.activities');
    await host.sql('delete from core.notifications');
  });

  const client = () => host.as(host.user);
  const minutes = (count: number): string => new Date(began + count * 60_000).toISOString();
  const plan = async (more: object = {}): Promise<string> => {
    const links = [{ entity: 'core.account', id: account }];
    const input = { kind: 'task', subject: 'Call', dueAt: minutes(60), links, ...more };
    const { body, status } = await client().post('/api/v1/activities', input);
    expect(status).to.equal(201);
    return String(body['id']);
  };
  const change = async (id: string, patch: object): Promise<void> => {
    const { status, body } = await client().patch(`/api/v1/activities/${id}`, patch, { 'If-Match': '*' });
    expect(status, JSON.stringify(body)).to.equal(200);
  };
  const open = () => host.sql(`select * from core.activities where done_at is null and deleted_at is null`);

  describe('reminders', () => {
    const remind = async (): Promise<void> => {
      await host.sql(
        `select graphile_worker.add_job('trellis', payload => '{"module":"core","name":"remind-owners","payload":{}}'::json)`,
      );
      await host.settle();
    };
    const told = () =>
      host.sql(`select user_id, record_id, count from core.notifications where kind = 'core.reminder'`);

    it('tell the owner once when their moment has come', async () => {
      const id = await plan({ remindAt: minutes(-1) });
      await plan({ remindAt: minutes(5) });
      await plan({ remindAt: minutes(-1), doneAt: minutes(-1) });
      await remind();
      await remind();

      expect(await told()).to.deep.equal([{ user_id: host.user.userId, record_id: id, count: 1 }]);
    });

    it('tell again when they are moved', async () => {
      const id = await plan({ remindAt: minutes(-2) });
      await remind();
      await change(id, { remindAt: minutes(-1) });
      await remind();

      expect((await told()).map(({ count }) => Number(count))).to.deep.equal([2]);
    });

    it('are not marked as told when telling fails', async () => {
      await plan({ remindAt: minutes(-1) });
      await host.sql(`alter table core.notifications add constraint broken check (kind <> 'core.reminder') not valid`);
      await remind();
      const marked = await host.sql('select from core.activity_reminders');
      await host.sql('alter table core.notifications drop constraint broken');
      await remind();

      expect(marked).to.have.length(0);
      expect(await told()).to.have.length(1);
    });
  });

  describe('repetition', () => {
    it('makes the next one when one is done, once, for the same owner and records', async () => {
      const id = await plan({ recurrence: 'FREQ=DAILY', remindAt: minutes(50) });
      await change(id, { doneAt: minutes(0) });
      await change(id, { body: 'It went well' });
      const [next, ...others] = await open();
      const { body } = await client().get(`/api/v1/activities/${String(next?.['id'])}`);

      expect(others).to.deep.equal([]);
      expect([body['subject'], body['owner'], body['recurrence']]).to.deep.equal([
        'Call',
        host.user.userId,
        'FREQ=DAILY',
      ]);
      expect(body['links']).to.deep.equal([{ entity: 'core.account', id: account }]);
      expect([body['dueAt'], body['remindAt']]).to.deep.equal([minutes(60 + 1440), minutes(50 + 1440)]);
    });

    it('takes the next one back with the done, and makes it again', async () => {
      const id = await plan({ recurrence: 'FREQ=DAILY' });
      await change(id, { doneAt: minutes(0) });
      await change(id, { doneAt: null });
      const undone = await open();
      await change(id, { doneAt: minutes(0) });

      expect(undone.map((row) => row['id'])).to.deep.equal([id]);
      expect(await open()).to.have.length(1);
    });

    it('leaves a next one that was changed since, and makes no second', async () => {
      const id = await plan({ recurrence: 'FREQ=DAILY' });
      await change(id, { doneAt: minutes(0) });
      const [next] = await open();
      await change(String(next?.['id']), { subject: 'Changed' });
      await change(id, { doneAt: null });
      await change(id, { doneAt: minutes(0) });

      expect((await open()).map((row) => row['subject'])).to.deep.equal(['Changed']);
    });

    it('is only asked about by the dry run of an import', async () => {
      await plan({ recurrence: 'FREQ=DAILY' });
      const file = `kind,subject,doneAt\ntask,Call,${minutes(0)}\n`;
      const totals = async (query: string): Promise<unknown> => {
        const path = `/api/v1/imports?entity=core.activity&match=subject${query}`;
        const { headers } = await host.as(host.admin).post(path, file, { 'Content-Type': 'text/csv' });
        await host.settle();
        return (await host.as(host.admin).get(headers.get('Location') ?? '')).body['data']?.['totals'];
      };
      const dry = await totals('&dryRun=true');
      const afterDry = [
        await host.sql('select from core.activities'),
        await host.sql('select from core.activity_successors'),
      ];
      const real = await totals('');

      expect(afterDry.map((rows) => rows.length)).to.deep.equal([1, 0]);
      expect([dry, real]).to.deep.equal([dry, dry]);
      expect(dry).to.include({ changed: 1, refused: 0 });
      expect((await open()).map((row) => row['subject'])).to.deep.equal(['Call']);
    });

    it('leaves out what is in the trash by then, or belongs to a module that is not active', async () => {
      const made = await client().post('/api/v1/accounts', { name: 'Elm' });
      const elm = String(made.body['id']);
      const links = [account, elm].map((id) => ({ entity: 'core.account', id }));
      const id = await plan({ recurrence: 'FREQ=DAILY', links });
      await host.sql(
        `insert into core.activity_links
         select (jsonb_populate_record(l, '{"position": 2, "entity": "gone.thing"}')).* from core.activity_links l
         where activity_id = ? and position = 0`,
        [id],
      );
      await host.sql(`update core.activities set priority = 'high' where id = ?`, [id]);
      await client().delete(`/api/v1/accounts/${elm}`, { 'If-Match': '*' });
      await change(id, { doneAt: minutes(0) });
      const [next] = await open();
      const { body } = await client().get(`/api/v1/activities/${String(next?.['id'])}`);

      expect(body['links']).to.deep.equal([{ entity: 'core.account', id: account }]);
      expect(body['owner']).to.equal(host.user.userId);
    });

    it('falls to whoever did it when its owner left', async () => {
      const left = await host.buildUser({ role: 'user' });
      const id = await plan({ recurrence: 'FREQ=DAILY' });
      await host.sql('update core.activities set owner_id = ? where id = ?', [left.userId, id]);
      await host.sql(`update core.users set status = 'inactive' where id = ?`, [left.userId]);
      const { status } = await host
        .as(host.admin)
        .patch(`/api/v1/activities/${id}`, { doneAt: minutes(0) }, { 'If-Match': '*' });

      expect(status).to.equal(200);
      expect((await open()).map((row) => row['owner_id'])).to.deep.equal([host.admin.userId]);
    });

    it('is followed from the page of the day and from a timeline too', async () => {
      const id = await plan({ recurrence: 'FREQ=DAILY;COUNT=2' });
      await client().submit(`/day/${id}/completion`, {});
      const [second] = await open();
      await client().submit(`/accounts/${account}/timeline/${String(second?.['id'])}/completion`, {});

      expect(second?.['recurrence']).to.equal('FREQ=DAILY;COUNT=1');
      expect(await open()).to.deep.equal([]);
    });

    it('is not chosen anew from a page that somebody else made old', async () => {
      const id = await plan({ dueAt: '2099-01-05T08:00:00.000Z' });
      const { text } = await client().page(`/day/${id}/plan`);
      await change(id, { recurrence: 'FREQ=DAILY' });

      const late = await client().submit(`/day/${id}/plan`, { repeat: 'weekly', days: 'MO', _version: '1' });
      const { body } = await client().get(`/api/v1/activities/${id}`);
      const again = await client().submit(`/day/${id}/plan`, { repeat: 'weekly', days: 'MO', _version: '2' });

      expect(text).to.contain('name="_version" value="1"');
      expect(late.text).to.contain('Somebody else saved meanwhile').and.contain('name="_version" value="2"');
      expect([late.status, body['recurrence'], again.status]).to.deep.equal([422, 'FREQ=DAILY', 303]);
    });

    it('is chosen on a page, with the reminder, and refused when it is no rule', async () => {
      const id = await plan({ dueAt: '2099-01-05T08:00:00.000Z' });
      const form = { remind: '60', repeat: 'weekly', days: 'MO', count: '3' };
      const saved = await client().submit(`/day/${id}/plan`, form);
      const { body } = await client().get(`/api/v1/activities/${id}`);
      const shown = await client().page(`/day/${id}/plan`);
      const wrong = await client().submit(`/day/${id}/plan`, { ...form, count: 'many' });
      const recurrence = 'every now and then';
      const refused = await client().patch(`/api/v1/activities/${id}`, { recurrence }, { 'If-Match': '*' });

      expect([saved.status, wrong.status, refused.status]).to.deep.equal([303, 422, 422]);
      expect(body['remindAt']).to.equal('2099-01-05T07:00:00.000Z');
      expect(body['recurrence']).to.equal('FREQ=WEEKLY;BYDAY=MO;COUNT=3');
      expect(shown.text)
        .to.match(/value="60" selected/)
        .and.match(/value="MO" checked/);
    });
  });
});
