import type { TestBody, TestUser } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { createTestHost, type CoreTestHost } from '../../dist/testing/index.js';
import { inboxOf } from '../notifications/told-lab.js';
import { buildForm, contactFields, contactsWith, fillIn, question, readSubmissions } from './form-lab.js';

describe('what web forms bring', function () {
  this.timeout(30_000);
  let host: CoreTestHost;

  before(async () => (host = await createTestHost()));
  after(() => host.close());
  beforeEach(() => host.sql('delete from core.notifications'));

  const linesOf = async (user: TestUser) => {
    await host.settle();
    return (await inboxOf(host, user)).lines.map(({ kind, text, href }) => ({ kind, text, href }));
  };
  const notesOn = async (contact: string) => {
    const { body } = await host.as(host.admin).get(`/api/v1/activities?filter[links]=core.contact:${contact}`);
    return body['data'] as unknown as readonly TestBody[];
  };

  it('is told to the owner of a contact who was known, and stands on its timeline', async () => {
    const form = await buildForm(host, 'known', {
      name: 'Call me',
      fields: [...contactFields, question('wish', { label: 'Your wish', target: 'description' }), question('when')],
    });
    const emails = [{ email: 'grace@example.com' }];
    const known = { name: 'Grace Hopper', description: 'Prefers mail', emails, owner: host.user.userId };
    const id = String((await host.as(host.admin).post('/api/v1/contacts', known)).body['id']);
    await host.settle();
    await host.sql('delete from core.notifications');

    const answers = { name: 'Grace H.', email: 'grace@example.com', wish: 'Cancel my order', when: 'today' };
    await fillIn(host, form, answers, { query: '?utm_source=fair' });

    expect(await linesOf(host.user)).to.deep.equal([
      { kind: 'core.form-filled', text: 'Grace Hopper filled in “Call me”', href: `/contacts/${id}` },
    ]);
    const [note, ...others] = await notesOn(id);
    expect(others).to.have.length(0);
    expect(note).to.deep.include({ kind: 'note', subject: 'Call me', owner: host.user.userId });
    expect(String(note?.['body'])).to.contain('Cancel my order').and.contain('when: today').and.contain('fair');
    expect(String(note?.['body'])).to.contain('Grace H.');
    expect((await contactsWith(host, 'grace@example.com'))[0]).to.deep.include({ description: 'Prefers mail' });
  });

  it('is told once to whoever it is given to', async () => {
    const form = await buildForm(host, 'given', { routing: { kind: 'user', user: host.user.userId } });

    await fillIn(host, form, { name: 'Ada', email: 'ada@example.com' });

    expect((await linesOf(host.user)).map(({ kind }) => kind)).to.deep.equal(['core.form-filled']);
  });

  it('is told in one line to those who administer forms while it is nobody’s', async () => {
    const form = await buildForm(host, 'unowned', { name: 'Newsletter' });

    for (const name of ['one', 'two']) await fillIn(host, form, { name, email: `${name}@example.com` });

    expect((await linesOf(host.admin)).map(({ text }) => text)).to.deep.equal(['“Newsletter” was filled in 2 times']);
    expect(await linesOf(host.user)).to.deep.equal([]);
  });

  it('is told to them when nothing came of it, once until it did', async () => {
    const form = await buildForm(host, 'failing', {
      fields: [...contactFields, question('job', { target: 'jobTitle' })],
    });

    await fillIn(host, form, { name: 'P', email: 'p@example.com', job: 'x'.repeat(200) });
    const [failed] = await readSubmissions(host, form);
    await host.as(host.admin).post(`/api/v1/forms/${form.id}/submissions/${String(failed?.['id'])}/retry`);

    const text = 'Something sent with “Ask us” could not be taken over';
    const href = `/settings/forms/${form.id}/submissions?state=failed`;
    expect(await linesOf(host.admin)).to.deep.equal([{ kind: 'core.form-failed', text, href }]);
    expect(await linesOf(host.manager)).to.deep.equal([]);
  });
});
