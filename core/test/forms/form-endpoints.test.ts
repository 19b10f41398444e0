import { expect } from 'chai';
import type { TestBody } from '@trellis-crm/sdk/testing';
import { createTestHost, type CoreTestHost } from '../../dist/testing/index.js';
import { buildForm, contactFields, question } from './form-lab.js';

const path = '/api/v1/forms';
const nowhere = '01900000-0000-7000-8000-000000000000';

describe('/api/v1/forms', () => {
  let host: CoreTestHost;

  before(async () => (host = await createTestHost()));
  after(() => host.close());

  const admin = () => host.as(host.admin);

  it('lists what forms can become', async () => {
    const { body } = await admin().get(`${path}/targets`);

    const [contact] = body['data'] as unknown as TestBody[];
    expect(contact).to.deep.include({ id: 'core.contact', module: 'core' });
    expect(contact?.['fields']?.[0]).to.deep.include({ name: 'name', kind: 'text', isRequired: true });
  });

  it('makes a draft that asks for what its target knows', async () => {
    const made = await admin().post(path, { name: 'Newsletter', slug: 'newsletter', target: 'core.contact' });
    const read = await admin().get(made.headers.get('location') ?? '');
    const list = await admin().get(path);

    expect(made.status).to.equal(201);
    expect(read.body).to.deep.include({ name: 'Newsletter', state: 'draft', version: 1, origins: [] });
    expect((read.body['fields'] as unknown as TestBody[]).map(({ target }) => String(target))).to.include('email');
    expect(list.text).to.contain('newsletter');
  });

  it('changes what is given, and refuses a version that is gone', async () => {
    const { id } = await buildForm(host, 'changed');
    const changed = await admin().patch(`${path}/${id}`, { name: 'Renamed' }, { 'If-Match': '"1"' });
    const stale = await admin().patch(`${path}/${id}`, { name: 'Late' }, { 'If-Match': '"1"' });
    const unguarded = await admin().patch(`${path}/${id}`, { name: 'x' });

    expect([changed.status, stale.status, unguarded.status]).to.deep.equal([200, 412, 428]);
    expect(changed.body).to.deep.include({ name: 'Renamed', slug: 'changed', version: 2 });
  });

  for (const [what, change, pointer, code] of [
    ['a target nobody has', { target: 'core.nothing' }, '/target', 'unknown_target'],
    ['the same key twice', { fields: [question('name'), question('name')] }, '/fields/1/key', 'key_taken'],
    [
      'a field of the target twice',
      { fields: [question('a', { target: 'name' }), question('b', { target: 'name' })] },
      '/fields/1/target',
      'target_field_taken',
    ],
    [
      'a field it does not let fill',
      { fields: [question('a', { target: 'owner' })] },
      '/fields/0/target',
      'unknown_target_field',
    ],
    ['a choice of nothing', { fields: [question('a', { kind: 'choice' })] }, '/fields/0/options', 'options_needed'],
    ['to be published without a name', { state: 'live', fields: [question('a')] }, '/fields', 'target_field_needed'],
    [
      'a mail without an address',
      { needsConfirmation: true, fields: [question('a')] },
      '/needsConfirmation',
      'email_question_needed',
    ],
    ['to lead nowhere', { redirectUrl: 'https://[' }, '/redirectUrl', 'not_url'],
    ['to lead into its policy', { redirectUrl: 'https://a.example;sandbox' }, '/redirectUrl', 'not_url'],
    [
      'to route by no question',
      { routing: { kind: 'field', field: 'x', users: {} } },
      '/routing/field',
      'unknown_question',
    ],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const draft = { name: 'Wrong', slug: 'wrong', target: 'core.contact', fields: contactFields, ...change };

      const { status, body } = await admin().post(path, draft);

      expect(status).to.equal(422);
      expect(
        (body['errors'] as unknown as TestBody[]).some(
          (one) => String(one['pointer']) === pointer && String(one['code']) === code,
        ),
      ).to.equal(true, JSON.stringify(body));
    });
  }

  it('refuses what does not fit the schema', async () => {
    const draft = { name: 'Wrong', slug: 'wrong', target: 'core.contact' };
    for (const change of [
      { slug: 'Not good' },
      { origins: ['https://a.example/path'] },
      { origins: ["https://a.example;script-src 'self'"] },
      { origins: ['https://a.example:99999'] },
      { redirectUrl: 'javascript:x' },
      { owner: 'me' },
    ])
      expect((await admin().post(path, { ...draft, ...change })).status, JSON.stringify(change)).to.equal(422);
  });

  it('keeps sites as browsers name them', async () => {
    const origins = ['https://Example.com', 'https://example.com:443', 'https://例子.测试/', 'http://localhost:8080'];

    const { body } = await admin().get(`${path}/${(await buildForm(host, 'sites', { origins })).id}`);

    expect(body['origins']).to.deep.equal([
      'https://example.com',
      'https://xn--fsqu00a.xn--0zwm56d',
      'http://localhost:8080',
    ]);
  });

  it('gives each address once', async () => {
    await buildForm(host, 'taken');

    const { status, body } = await admin().post(path, { name: 'Other', slug: 'taken', target: 'core.contact' });

    expect([status, String(body['code'])]).to.deep.equal([409, 'slug_taken']);
  });

  it('removes one, which nobody finds any more, and takes that back', async () => {
    const { id } = await buildForm(host, 'removed');
    const removed = await admin().delete(`${path}/${id}`);
    const gone = [(await admin().get(`${path}/${id}`)).status, (await host.as().page('/f/removed')).status];
    const back = await admin().post(`${path}/${id}/restoration`);

    expect([removed.status, ...gone, back.status]).to.deep.equal([204, 404, 404, 200]);
    expect((await host.as().page('/f/removed')).status).to.equal(200);
    expect((await admin().post(`${path}/${id}/restoration`)).status).to.equal(404);
  });

  it('answers 404 for what is not there, and 400 for a bad page', async () => {
    const { id } = await buildForm(host, 'empty');
    const answers = await Promise.all([
      admin().get(`${path}/${nowhere}`),
      admin().patch(`${path}/${nowhere}`, {}, { 'If-Match': '*' }),
      admin().delete(`${path}/${nowhere}`),
      admin().get(`${path}/${nowhere}/submissions`),
      admin().get(`${path}/${id}/submissions/${nowhere}`),
      admin().post(`${path}/${id}/submissions/${nowhere}/retry`),
    ]);

    expect(answers.map(({ status }) => status)).to.deep.equal(answers.map(() => 404));
    for (const query of ['limit=0', 'after=x', 'state=none', 'other=1'])
      expect((await admin().get(`${path}/${id}/submissions?${query}`)).status, query).to.equal(400);
  });

  it('is for administrators of forms only', async () => {
    for (const user of [host.manager, host.user, host.readOnly])
      expect((await host.as(user).get(path)).status).to.equal(403);
    expect((await host.as().get(path)).status).to.equal(401);
  });
});
