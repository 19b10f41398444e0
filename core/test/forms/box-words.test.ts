import { expect } from 'chai';
import { createTestHost, type CoreTestHost } from '../../dist/testing/index.js';
import { buildForm, contactFields, fillIn, question } from './form-lab.js';

describe('what a Chinese workspace keeps of a web form', () => {
  let host: CoreTestHost;

  before(async () => {
    host = await createTestHost();
    await host.as(host.admin).patch('/api/v1/settings', { locale: 'zh-CN' }, { 'If-Match': '*' });
  });
  after(() => host.close());

  const contactOf = async (email: string) =>
    (await host.as(host.admin).get(`/api/v1/contacts?q=${email}`)).body['data']?.[0];

  it('says yes and no in its language, in the record and in the rule that hands it on', async () => {
    const fields = [...contactFields, question('call', { kind: 'checkbox', label: '请回电' })];
    const users = { 是: host.user.userId, no: host.manager.userId };
    const form = await buildForm(host, 'boxes', { fields, routing: { kind: 'field', field: 'call', users } });

    await fillIn(host, form, { name: 'Ticked', email: 'ticked@example.com', call: 'true' });
    await fillIn(host, form, { name: 'Empty', email: 'empty@example.com' });

    const [ticked, empty] = [await contactOf('ticked@example.com'), await contactOf('empty@example.com')];
    expect(JSON.stringify(ticked)).to.contain('请回电').and.contain('是').and.not.contain('yes');
    expect([ticked?.['owner'], empty?.['owner']]).to.deep.equal([host.user.userId, host.manager.userId]);
  });

  it('asks its first questions in the language of whoever makes a form, by the API too', async () => {
    const draft = { name: '表单', slug: 'first-questions', target: 'core.contact' };

    const { body } = await host.as(host.admin).post('/api/v1/forms', draft);

    const labels = JSON.stringify(body['fields']);
    expect(labels)
      .to.match(/"label":"[\u4e00-\u9fff]+"/)
      .and.not.contain('"label":"jobTitle"');
  });
});
