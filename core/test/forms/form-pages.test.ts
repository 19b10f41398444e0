import { expect } from 'chai';
import { createTestHost, type CoreTestHost } from '../../dist/testing/index.js';
import { buildForm, fillIn, question, readSubmissions, contactFields } from './form-lab.js';

describe('the pages about web forms', () => {
  let host: CoreTestHost;

  before(async () => (host = await createTestHost()));
  after(() => host.close());

  const admin = () => host.as(host.admin);
  const at = ({ id }: { readonly id: string }, below = '') => `/settings/forms/${id}${below}`;
  const builder = {
    ...{ name: 'Fair', slug: 'fair', routing: 'nobody', needsConfirmation: 'false' },
    ...{ 'fields.0.key': 'name', 'fields.0.label': 'Name', 'fields.0.kind': 'text', 'fields.0.target': 'name' },
    'fields.0.isRequired': 'true',
  };

  it('make a form from its name and lead to its builder', async () => {
    const empty = await admin().page('/settings/forms');
    const made = await admin().submit('/settings/forms', { name: 'Trade Fair 2027', target: 'core.contact' });
    const shown = await admin().page(made.headers.get('location') ?? '');

    expect(empty.text).to.contain('No web forms yet');
    expect(made.status).to.equal(303);
    expect(shown.text).to.contain('value="trade-fair-2027"').and.contain('value="Job title"').and.contain('>Phone<');
    expect((await admin().submit('/settings/forms', { name: '', target: 'core.contact' })).status).to.equal(422);
  });

  it('make one of a name that has no letters for an address', async () => {
    const made = await admin().submit('/settings/forms', { name: '联系我们', target: 'core.contact' });
    const { body } = await admin().get(`/api/v1${(made.headers.get('location') ?? '').replace('/settings', '')}`);

    expect(made.status).to.equal(303);
    expect(body).to.deep.include({ name: '联系我们', state: 'draft' });
    expect(body['slug']).to.match(/^form-[0-9a-f]{8}$/);
  });

  it('add and take out questions without scripts, and save them in their order', async () => {
    const form = await buildForm(host, 'fair', { state: 'draft' });
    const more = await admin().submit(at(form), { ...builder, _add: 'fields' });
    const added = {
      'fields.0.position': '2',
      'fields.1.position': '1',
      'fields.1.label': 'Which day?',
      'fields.1.kind': 'choice',
      'fields.1.options': 'Friday\nSaturday',
    };
    const saved = await admin().submit(at(form), { ...builder, ...added });

    expect(more.text).to.contain('name="fields.1.label"');
    expect(saved.status).to.equal(303);
    const { body } = await admin().get(`/api/v1/forms/${form.id}`);
    expect(body['fields']).to.have.length(2);
    expect(body['fields']?.[0]).to.deep.include({
      label: 'Which day?',
      kind: 'choice',
      options: ['Friday', 'Saturday'],
    });
  });

  it('show what is wrong where it is, and keep what was typed', async () => {
    const form = await buildForm(host, 'faulty', { state: 'draft' });
    const wrong = { ...builder, slug: 'faulty', 'fields.3.label': 'Empty choice', 'fields.3.kind': 'choice' };
    const refused = await admin().submit(at(form), wrong);
    const nobody = await admin().submit(at(form), {
      ...builder,
      slug: 'faulty',
      routing: 'field',
      users: 'x = nobody@example.com',
    });

    expect([refused.status, nobody.status]).to.deep.equal([422, 422]);
    expect(refused.text).to.contain('Name what one may choose from').and.contain('Empty choice');
    expect(nobody.text).to.contain('There is no user with this e-mail address');
  });

  it('publish, withdraw, remove and take back', async () => {
    const form = await buildForm(host, 'states', { state: 'draft' });
    await admin().submit(at(form, '/state'), { state: 'live' });
    const live = (await host.as().page('/f/states')).status;
    await admin().submit(at(form, '/state'), { state: 'draft' });
    const draft = (await host.as().page('/f/states')).status;
    await admin().submit(at(form, '/removal'), {});
    const gone = (await admin().page(at(form))).status;
    const back = await admin().submit(at(form, '/restoration'), {});

    expect([live, draft, gone, back.status]).to.deep.equal([200, 404, 404, 303]);
  });

  it('show how to embed it, with nothing that could break out', async () => {
    const form = await buildForm(host, 'embed', { fields: [...contactFields, question('x', { label: '"><script>' })] });

    const { text } = await admin().page(at(form, '/embed'));

    expect(text).to.contain('/f/embed').and.contain('&lt;iframe').and.not.contain('<script>"');
    expect(text).to.contain('&amp;quot;&amp;gt;&amp;lt;script&amp;gt;');
  });

  it('show what was sent as text, and try again', async () => {
    const form = await buildForm(host, 'sent', { fields: [...contactFields, question('job', { target: 'jobTitle' })] });
    await fillIn(host, form, { name: '<b>Ada</b>', email: 'ada@example.com', job: 'x'.repeat(200) });
    const [failed] = await readSubmissions(host, form);
    const list = await admin().page(at(form, '/submissions?state=failed'));
    const detail = await admin().page(at(form, `/submissions/${String(failed?.['id'])}`));
    const retried = await admin().submit(at(form, `/submissions/${String(failed?.['id'])}/retry`), {});

    expect(list.text).to.contain('&lt;b&gt;Ada').and.not.contain('<b>Ada');
    expect(detail.text).to.contain('Why it failed').and.contain('Try again');
    expect(retried.status).to.equal(303);
  });

  it('are for administrators of forms', async () => {
    expect((await host.as(host.user).page('/settings/forms')).status).to.equal(403);
  });
});
