import type { TestBody } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { createTestHost, type CoreTestHost } from '../../dist/testing/index.js';
import { startSmtp, useSmtp, type SmtpLab } from '../mail/smtp-lab.js';
import {
  buildForm,
  contactFields,
  contactsWith,
  fillIn,
  hiddenIn,
  readSubmissions,
  type MadeForm,
} from './form-lab.js';

describe('a form that asks for confirmation', function () {
  this.timeout(30_000);
  let host: CoreTestHost;
  let smtp: SmtpLab;

  before(async () => {
    [host, smtp] = await Promise.all([createTestHost(), startSmtp()]);
    await useSmtp(host, { port: smtp.port });
  });
  after(() => Promise.all([host.close(), smtp.close()]));

  const mailsTo = async (address: string) => {
    await host.settle();
    return smtp.received.filter(({ to }) => to.includes(address)).map(({ source }) => source);
  };
  const linkIn = (mail = '') => /\/f\/confirmation\/[\w-]+/.exec(mail)?.[0] ?? '';
  const confirm = async (link: string) =>
    (await fetch(host.url + link, { method: 'POST', body: new URLSearchParams({}) })).status;
  const stateOf = async (form: MadeForm) => String((await readSubmissions(host, form))[0]?.['state']);
  const withoutMail = async (act: () => Promise<void>) => {
    await host.as(host.admin).patch('/api/v1/settings/mail', { host: null }, { 'If-Match': '*' });
    await act();
    await useSmtp(host, { port: smtp.port });
  };

  it('waits for the link in a mail, which works once and only by its button', async () => {
    const form = await buildForm(host, 'confirmed', { needsConfirmation: true });
    const { headers } = await fillIn(host, form, { name: 'Careful', email: 'careful@example.com' });
    const [mail] = await mailsTo('careful@example.com');
    const link = linkIn(mail);
    const before = await stateOf(form);
    const shown = await host.as().page(link);
    const untouched = await stateOf(form);
    const statuses = [await confirm(link), await confirm(link)];

    expect(headers.get('location')).to.equal('/f/confirmed?sent=confirm');
    expect([before, untouched]).to.deep.equal(['unconfirmed', 'unconfirmed']);
    expect(shown.status).to.equal(200);
    expect(statuses).to.deep.equal([200, 404]);
    expect(await contactsWith(host, 'careful@example.com')).to.have.length(1);
    const stored = await host.sql('select row_to_json(m)::text as text from core.outgoing_mails m');
    expect(JSON.stringify(stored), 'the link of a mail').to.not.contain(link);
  });

  it('mails one address a few links, however many ask for them', async () => {
    const form = await buildForm(host, 'to-victim', { needsConfirmation: true });
    const answers = { name: 'Anybody', email: 'Victim@example.com' };

    const statuses: number[] = [];
    for (let sent = 0; sent < 6; sent += 1) statuses.push((await fillIn(host, form, answers)).status);
    const other = await fillIn(host, form, { ...answers, email: 'other@example.com' });

    expect([...statuses, other.status]).to.deep.equal([303, 303, 303, 303, 303, 429, 303]);
    expect((await readSubmissions(host, form)).length).to.equal(6);
  });

  it('mails in the language in which it was shown', async () => {
    const form = await buildForm(host, 'translated', { needsConfirmation: true });
    const page = await fetch(`${host.url}/f/translated`, { headers: { 'Accept-Language': 'zh-CN' } });
    const hidden = hiddenIn(await page.text());
    host.clock.advance(5000);
    await fetch(`${host.url}/f/translated`, {
      method: 'POST',
      headers: { 'Accept-Language': 'zh-CN', Origin: host.url },
      body: new URLSearchParams({ ...hidden, name: '李', email: 'li@example.com' }),
      redirect: 'manual',
    });

    await host.settle();
    const [mail] = await host.sql(`select subject from core.outgoing_mails where address = 'li@example.com'`);
    expect(mail?.['subject']).to.match(/\p{Script=Han}/u);
    expect(await stateOf(form)).to.equal('unconfirmed');
  });

  it('asks whoever looked like a machine, too, before anything comes of it', async () => {
    const form = await buildForm(host, 'hasty-one', { needsConfirmation: true });
    await fillIn(host, form, { name: 'Quick', email: 'quick@example.com' }, { waitMs: 0 });
    const [spam] = await readSubmissions(host, form);
    const path = `/forms/${form.id}/submissions/${String(spam?.['id'])}/retry`;
    host.clock.advance(10 * 86_400_000);

    const held: number[] = [];
    await withoutMail(async () => {
      held.push((await host.as(host.admin).post(`/api/v1${path}`)).status);
    });
    const asked = await host.as(host.admin).submit(`/settings${path}`, {});
    const again = await host.as(host.admin).post(`/api/v1${path}`);
    const before = await contactsWith(host, 'quick@example.com');
    const [mail] = await mailsTo('quick@example.com');

    expect([String(spam?.['state']), asked.status, ...held, again.status]).to.deep.equal(['spam', 303, 409, 409]);
    expect(before).to.have.length(0);
    expect(await confirm(linkIn(mail))).to.equal(200);
    expect(await contactsWith(host, 'quick@example.com')).to.have.length(1);
  });

  it('does not go live where no mail leaves, and says so when that comes later', async () => {
    const live = await buildForm(host, 'later', { needsConfirmation: true });
    const admin = host.as(host.admin);
    const errorsIn = (body: TestBody) =>
      (body['errors'] as unknown as TestBody[]).map(({ pointer, code }) => `${String(pointer)} ${String(code)}`);

    await withoutMail(async () => {
      const draft = { name: 'No mail', slug: 'no-mail', target: 'core.contact', fields: contactFields };
      const made = await admin.post('/api/v1/forms', { ...draft, state: 'live', needsConfirmation: true });
      const kept = await admin.post('/api/v1/forms', { ...draft, needsConfirmation: true });
      const path = `/api/v1/forms/${String(kept.body['id'])}`;
      const published = await admin.patch(path, { state: 'live' }, { 'If-Match': '*' });
      const renamed = await admin.patch(`/api/v1/forms/${live.id}`, { name: 'Later' }, { 'If-Match': '*' });
      const page = await admin.page(`/settings/forms/${live.id}`);

      expect([made.status, kept.status, published.status, renamed.status]).to.deep.equal([422, 201, 422, 200]);
      expect(errorsIn(published.body)).to.deep.equal(['/needsConfirmation mail_server_needed']);
      expect(page.text).to.contain('no mail leaves here');
    });
    expect((await admin.page(`/settings/forms/${live.id}`)).text).to.not.contain('no mail leaves here');
  });
});
