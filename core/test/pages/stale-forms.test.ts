import { expect } from 'chai';
import { createTestHost, type CoreTestHost } from '../../dist/testing/index.js';
import { buildForm } from '../forms/form-lab.js';

/** A page with a form for settings of the whole workspace, and what two people type into it. */
interface SharedForm {
  readonly name: string;
  readonly page: (host: CoreTestHost) => Promise<string>;
  readonly values: Readonly<Record<string, string>>;
  /** The control whose value differs, by what was typed. */
  readonly typed: string;
}

const forms: readonly SharedForm[] = [
  {
    name: 'a web form',
    page: async (host) => `/settings/forms/${(await buildForm(host, 'shared', { state: 'draft' })).id}`,
    values: {
      ...{ slug: 'shared', routing: 'nobody', needsConfirmation: 'false' },
      ...{ 'fields.0.key': 'name', 'fields.0.label': 'Name', 'fields.0.kind': 'text', 'fields.0.target': 'name' },
      'fields.0.isRequired': 'true',
    },
    typed: 'name',
  },
  {
    name: 'a webhook',
    page: async (host) => {
      const body = { url: 'https://8.8.8.8/hook', topics: ['core.account-created'] };
      const made = await host.as(host.admin).post('/api/v1/webhooks', body);
      expect(made.status).to.equal(201);
      return `/settings/webhooks/${String(made.body['id'])}/edit`;
    },
    values: { url: 'https://8.8.8.8/hook', topics: 'core.account-created' },
    typed: 'description',
  },
  {
    name: 'the mail server',
    page: () => Promise.resolve('/settings/mail'),
    values: { port: '587', security: 'tls', host: 'mail.example.com' },
    typed: 'senderName',
  },
];

describe('two people who save the same settings', () => {
  let host: CoreTestHost;
  before(async () => (host = await createTestHost()));
  after(() => host.close());

  for (const { name, page, values, typed } of forms)
    it(`lose nothing: who saves ${name} second is told, keeps what was typed, and may save again`, async () => {
      const admin = host.as(host.admin);
      const path = await page(host);
      const version = versionIn((await admin.page(path)).text);

      const first = await admin.submit(path, { ...values, [typed]: 'Of the first', _version: version });
      const second = await admin.submit(path, { ...values, [typed]: 'Of the second', _version: version });
      const again = { ...values, [typed]: 'Of the second', _version: versionIn(second.text) };

      expect([first.status, second.status]).to.deep.equal([303, 422]);
      expect(second.text).to.contain('Somebody else saved meanwhile').and.contain('Of the second');
      expect((await admin.submit(path, again)).status).to.equal(303);
      expect((await admin.page(path)).text)
        .to.contain('Of the second')
        .and.not.contain('Of the first');
    });
});

function versionIn(html: string): string {
  return /name="_version"[^>]*value="([^"]+)"/.exec(html)?.[1] ?? '';
}
