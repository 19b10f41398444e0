import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createTestHost, type CoreTestHost } from '../../dist/testing/index.js';
import { writePlugin } from '../kernel/plugin-fixtures.js';
import { buildForm, fillIn, question, readSubmissions } from './form-lab.js';

/** Makes a contact that says in its description what the target was handed. */
const register = `
  const Contact = { id: 'core.contact', module: 'core', noun: 'contact', plural: 'contacts' };
  host.contribute({ id: 'core.form-target', schema: {} }, {
    id: 'fair.visitor', label: 'visitor',
    fields: [{ name: 'name', label: 'name', kind: 'text', isRequired: true }],
    rights: ['core.contact:create'],
    async write(tx, { values, formName, source, questions }) {
      const description = JSON.stringify({ formName, source, questions });
      const { id } = await tx.records(Contact).create({ name: values.name, description });
      return { entity: Contact.id, id };
    },
  });
`;

describe('a plugin’s target of forms', () => {
  let host: CoreTestHost;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trellis-target-'));
    const trellis = { capabilities: ['core.contact:create'] };
    const plugin = await writePlugin(join(folder, 'plugins'), { id: 'fair', register, trellis });
    host = await createTestHost({ plugins: [plugin] });
  });
  after(async () => {
    await host.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('hears which form it was, and where the visitor came from', async () => {
    const fields = [
      question('name', { target: 'name', isRequired: true }),
      question('stand', { label: 'Which stand?' }),
    ];
    const form = await buildForm(host, 'fair', { name: 'Trade fair', target: 'fair.visitor', fields });

    await fillIn(host, form, { name: 'Ada', stand: 'B 12' }, { query: '?utm_source=poster' });

    const [submission] = await readSubmissions(host, form);
    const { body } = await host.as(host.admin).get(`/api/v1/contacts/${String(submission?.['targetId'])}`);
    expect(JSON.parse(String(body['description']))).to.deep.equal({
      formName: 'Trade fair',
      source: { origin: host.url, referrer: '', utm: { source: 'poster' } },
      questions: [{ label: 'Which stand?', answer: 'B 12' }],
    });
  });
});
