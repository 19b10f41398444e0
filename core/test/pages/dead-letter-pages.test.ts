import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { readFlash, type Flash } from '../../dist/pages/flash.js';

describe('/dead-letters', () => {
  let host: TestHost;
  let id: string;

  before(async () => (host = await createTestHost()));
  after(() => host.close());

  beforeEach(async () => {
    const [letter] = await host.sql(
      `with event as (
         insert into core.events (id, type, version, payload, order_key, actor, change_set)
         values (gen_random_uuid(), 'core.account-updated', 1, '{}', 'x', 'system', gen_random_uuid()) returning id)
       insert into core.deliveries (subscription_id, event_id, order_key, position, state, next_at, changed_at)
       select 'sales:first', id, 'x', 1, 'dead', now(), now() from event returning id`,
    );
    id = String(letter?.['id']);
  });

  it('offers to take back what was dropped, and takes it back', async () => {
    const client = host.as(host.admin);
    const listed = async (): Promise<boolean> => (await client.page('/dead-letters')).text.includes(id);

    const dropped = await client.submit(`/dead-letters/${id}/removal`, {});
    const wasListed = await listed();
    const { undoAction = '' } = flashOf(dropped.headers) ?? {};
    const restored = await client.submit(undoAction, {});

    expect([dropped.status, wasListed]).to.deep.equal([303, false]);
    expect(undoAction).to.equal(`/dead-letters/${id}/restoration`);
    expect([restored.status, await listed()]).to.deep.equal([303, true]);
    expect(flashOf(restored.headers)).to.deep.equal({ text: 'The delivery is back in the list' });
  });

  it('says 404 for what was not dropped', async () => {
    expect((await host.as(host.admin).submit(`/dead-letters/${id}/restoration`, {})).status).to.equal(404);
  });
});

function flashOf(headers: Headers): Flash | null {
  const cookie = headers.getSetCookie().find((one) => one.startsWith('flash='));
  return readFlash({ cookie: () => cookie?.slice('flash='.length).split(';')[0] });
}
