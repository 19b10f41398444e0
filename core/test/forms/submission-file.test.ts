import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import { createTestHost, type CoreTestHost } from '../../dist/testing/index.js';
import { buildForm, contactFields, fillIn, question, type MadeForm } from './form-lab.js';

describe('GET /api/v1/forms/:id/submissions.csv', function () {
  this.timeout(30_000);
  let host: CoreTestHost;
  before(async () => (host = await createTestHost()));
  after(() => host.close());

  const rowsOf = (text: string): string[][] => parse(text);
  const at = ({ id }: Pick<MadeForm, 'id'>, query = ''): string => `/api/v1/forms/${id}/submissions.csv${query}`;
  const admin = () => host.as(host.admin);

  it('has a column for each question, those that are no more too, and where it came from', async () => {
    const colour = question('colour', { label: 'Which colour?' });
    const form = await buildForm(host, 'to-file', { fields: [...contactFields, colour] });
    await fillIn(host, form, { name: 'Ann', email: 'ann@file.test', colour: '=red()' });
    await admin().patch(`/api/v1/forms/${form.id}`, { fields: contactFields }, { 'If-Match': '*' });
    await fillIn(host, form, { name: 'Bo', email: 'bo@file.test' }, { query: '?utm_source=fair' });
    await host.settle();

    const { status, headers, text } = await admin().get(at(form));
    const none = await admin().get(at(form, '?state=spam'));

    expect(status).to.equal(200);
    expect(headers.get('Content-Disposition')).to.equal('attachment; filename="to-file.csv"');
    const [header = [], ...rows] = rowsOf(text);
    expect(header.slice(0, 5)).to.deep.equal(['submittedAt', 'state', 'Your name', 'E-mail', 'colour']);
    expect(rows.map((cells) => cells.slice(1, 5))).to.deep.equal([
      ['written', 'Bo', 'bo@file.test', ''],
      ['written', 'Ann', 'ann@file.test', "'=red()"],
    ]);
    expect(rows.map((cells) => cells[header.indexOf('utm_source')])).to.deep.equal(['fair', '']);
    expect(rows[0]?.[header.indexOf('record')]).to.match(/^[0-9a-f-]{36}$/);
    expect(rowsOf(none.text)).to.deep.equal([header]);
  });

  it('holds all of them, however many pages they are', async () => {
    const form = await buildForm(host, 'many');
    await host.sql(
      `insert into core.form_submissions (id, form_id, state, answers, source, created_at, changed_at)
       select gen_random_uuid(), ?::uuid, 'spam', jsonb_build_object('name', 'N' || n),
         '{"origin": "", "referrer": "", "utm": {}}', now(), now() from generate_series(1, 1001) n`,
      [form.id],
    );

    const rows = rowsOf((await admin().get(at(form))).text).slice(1);

    expect(new Set(rows.map((cells) => cells[2])).size).to.equal(1001);
  });

  it('is offered where submissions are shown, for who administers forms', async () => {
    const form = await buildForm(host, 'offered');
    const empty = await admin().page(`/settings/forms/${form.id}/submissions`);
    await fillIn(host, form, { name: 'Cy', email: 'cy@file.test' });
    await host.settle();

    const { text } = await admin().page(`/settings/forms/${form.id}/submissions?state=written`);
    const answers = [
      await host.as().get(at(form)),
      await host.as(host.user).get(at(form)),
      await admin().get(at({ id: '0190a5a0-0000-7000-8000-000000000001' })),
      await admin().get(at(form, '?state=lost')),
    ];

    expect(empty.text).not.to.contain('submissions.csv');
    expect(text).to.contain(`/api/v1/forms/${form.id}/submissions.csv?state`);
    expect(answers.map(({ status }) => status)).to.deep.equal([401, 403, 404, 400]);
  });
});
