import type { TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { createTestHost } from '../../dist/testing/index.js';

describe('pages of exceptions', function () {
  this.timeout(30_000);
  let host: TestHost;

  before(async () => {
    host = await createTestHost();
  });

  after(() => host.close());

  const admin = () => host.as(host.admin);
  const ruleId = 'core.overdue-task';

  it('tune a rule, refuse a figure out of its range in place, and hold back who saw an older version', async () => {
    const saved = await admin().submit(`/exceptions/rules/${ruleId}`, { days: '5', tells: 'owner', _version: '1' });
    const wild = await admin().submit(`/exceptions/rules/${ruleId}`, { days: '0', tells: 'owner', _version: '2' });
    const word = await admin().submit(`/exceptions/rules/${ruleId}`, { days: 'many', tells: 'owner', _version: '2' });
    const stale = await admin().submit(`/exceptions/rules/${ruleId}`, { days: '6', tells: 'owner', _version: '1' });

    expect([saved.status, wild.status, word.status, stale.status]).to.deep.equal([303, 422, 422, 422]);
    expect(wild.text).to.contain('value="0"').and.contain('Enter a number between 1 and 365');
    const { body } = await admin().get(`/api/v1/exception-rules/${ruleId}`);
    expect([body['version'], body['tells']]).to.deep.equal([2, ['owner']]);
  });

  it('set a rule of a module back to how it came', async () => {
    await admin().submit(`/exceptions/rules/${ruleId}`, { days: '9', tells: 'owner', _version: '2' });
    const tuned = await admin().page('/exceptions/rules');
    const reset = await admin().submit(`/exceptions/rules/${ruleId}/removal`, {});
    const { body } = await admin().get(`/api/v1/exception-rules/${ruleId}`);

    expect(tuned.text).to.contain('Back to how it came');
    expect([reset.status, body['version']]).to.deep.equal([303, 1]);
    expect((await admin().page('/exceptions/rules')).text).to.not.contain('Back to how it came');
  });

  it('switch a rule off and on again by the undo of the message', async () => {
    const off = await admin().submit(`/exceptions/rules/${ruleId}/activation`, { enabled: 'false' });
    const shown = await admin().page('/exceptions/rules');
    await admin().submit(`/exceptions/rules/${ruleId}/activation?enabled=true`, {});

    expect(off.status).to.equal(303);
    expect(shown.text).to.contain('Overdue task').and.contain('aria-checked="false"');
    expect((await admin().page('/exceptions/rules')).text).to.contain('aria-checked="true"');
  });

  it('make a rule from the filter of a list, show what it finds, and let it go', async () => {
    await admin().post('/api/v1/accounts', { name: 'Nameless trade' });
    const where = JSON.stringify({ all: [{ field: 'industry', op: 'empty', value: true }] });
    const address = `/exceptions/rules/new?${new URLSearchParams({ entity: 'core.account', where }).toString()}`;

    const form = await admin().page(address);
    const unnamed = await admin().submit('/exceptions/rules', { entity: 'core.account', where, since: 'createdAt' });
    const added = await admin().submit('/exceptions/rules', {
      ...{ entity: 'core.account', where, since: 'createdAt', name: 'No industry', tells: 'managers' },
    });
    await host.settle();
    const inbox = await admin().page('/exceptions?scope=all');

    expect(form.text).to.contain('One record matches now').and.contain('Last change');
    expect([unnamed.status, added.status]).to.deep.equal([422, 303]);
    expect(inbox.text).to.contain('Nameless trade').and.contain('No industry');
    const { body } = await admin().get('/api/v1/exception-rules');
    const own = (body['data'] as unknown as { id: string; name: string | null }[]).find(({ name }) => name !== null);
    const removed = await admin().submit(`/exceptions/rules/${own?.id ?? ''}/removal`, {});
    expect(removed.status).to.equal(303);
    expect((await admin().page('/exceptions?scope=all')).text).to.not.contain('No industry');
  });

  it('refuse filters that are none', async () => {
    const posted = { entity: 'core.account', where: '{', since: 'createdAt', name: 'Broken' };

    expect((await admin().submit('/exceptions/rules', posted)).status).to.equal(400);
    expect((await admin().page('/exceptions/rules/new?entity=core.account&where=%7B')).status).to.equal(400);
    expect((await admin().page('/exceptions/rules/new?entity=core.nothing')).status).to.equal(404);
    expect((await host.as(host.user).page('/exceptions/rules')).status).to.equal(403);
  });
});
