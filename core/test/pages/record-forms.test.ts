import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';

describe('pages of a record', () => {
  let host: TestHost;

  before(async () => {
    host = await createTestHost();
  });

  after(() => host.close());

  async function addAccount(name: string): Promise<string> {
    const { headers } = await host.as(host.user).post('/api/v1/accounts', { name });
    return headers.get('location')?.split('/').at(-1) ?? '';
  }

  describe('GET /accounts', () => {
    it('lists what the actor may read, escaped', async () => {
      await addAccount('<b>Bold & Co</b>');

      const { status, text } = await host.as(host.user).page('/accounts');

      expect(status).to.equal(200);
      expect(text).to.include('&lt;b&gt;Bold &amp; Co&lt;/b&gt;').and.not.include('<b>Bold');
    });

    it('filters by what the address says', async () => {
      await addAccount('Needle');

      const { text } = await host.as(host.user).page('/accounts?filter[name]=Needle');

      expect(text).to.include('Needle').and.not.include('Bold');
    });

    it('leads those who are not signed in to the sign-in page', async () => {
      const { status, headers } = await host.as().page('/accounts');

      expect(status).to.equal(303);
      expect(headers.get('location')).to.match(/^\/login/);
    });
  });

  describe('GET /accounts/new', () => {
    it('proposes whoever asks as the owner', async () => {
      const { text } = await host.as(host.user).page('/accounts/new');

      expect(text).to.match(new RegExp(`value="${host.user.userId}"[^>]*selected`));
    });

    it('is not there for those who only read', async () => {
      const { status } = await host.as(host.readOnly).page('/accounts/new');

      expect(status).to.equal(403);
    });
  });

  describe('POST /accounts/new', () => {
    it('adds the record and leads to its page', async () => {
      const { status, headers } = await host.as(host.user).submit('/accounts/new', {
        name: 'By form',
        employees: '12',
        owner: host.user.userId,
      });

      expect(status).to.equal(303);
      const page = await host.as(host.user).page(headers.get('location') ?? '');
      expect(page.text).to.include('By form');
    });

    it('shows the form again with 422, what was typed and what is wrong', async () => {
      const { status, text } = await host.as(host.user).submit('/accounts/new', { name: '', industry: 'Kept' });

      expect(status).to.equal(422);
      expect(text).to.include('value="Kept"').and.include('aria-invalid');
    });

    it('refuses a form without its token and writes nothing', async () => {
      const { status } = await host.as(host.user).submit('/accounts/new', { name: 'Forged', _csrf: 'wrong' });

      expect(status).to.equal(403);
      expect(await host.sql(`select from core.accounts where name = 'Forged'`)).to.have.length(0);
    });
  });

  describe('POST /accounts/:id/edit', () => {
    it('leaves alone what the form did not have when it was opened, as the fields of a plugin enabled since', async () => {
      const { headers } = await host
        .as(host.user)
        .post('/api/v1/accounts', { name: 'Old', industry: 'Paper', country: 'NL' });
      const id = headers.get('location')?.split('/').at(-1) ?? '';
      const opened = await host.as(host.user).page(`/accounts/${id}/edit`);

      await host.as(host.user).submit(`/accounts/${id}/edit`, { _fields: 'name country', name: 'New', country: '' });

      const again = await host.as(host.user).submit(`/accounts/${id}/edit`, { _fields: 'name country', name: '' });

      const { body } = await host.as(host.user).get(`/api/v1/accounts/${id}`);
      expect(again.text).to.match(/name="_fields" value="name country"/);
      expect(body).to.include({ name: 'New', industry: 'Paper', country: null });
      expect(opened.text).to.match(/name="_fields" value="name [^"]*industry/);
    });

    it('overwrites nothing that somebody else saved while a form with a mistake in it was corrected', async () => {
      const { body } = await host.as(host.user).post('/api/v1/accounts', { name: 'Walrus Works' });
      const id = String(body['id']);
      await host.as(host.user).patch(`/api/v1/accounts/${id}`, { industry: 'Health' }, { 'If-Match': '"1"' });

      const wrong = await host.as(host.user).submit(`/accounts/${id}/edit`, { name: '', _version: '1' });
      const shown = /name="_version"[^>]*value="([^"]+)"/.exec(wrong.text)?.[1];
      const again = await host
        .as(host.user)
        .submit(`/accounts/${id}/edit`, { name: 'Giraffe Dynamics', _version: shown ?? '' });

      expect([wrong.status, shown, again.status]).to.deep.equal([422, '1', 422]);
      expect((await host.as(host.user).get(`/api/v1/accounts/${id}`)).body['industry']).to.equal('Health');
    });

    it('says so when somebody else changed the record meanwhile', async () => {
      const id = await addAccount('Contested');
      await host.as(host.user).patch(`/api/v1/accounts/${id}`, { name: 'Changed first' }, { 'If-Match': '"1"' });

      const { status } = await host.as(host.user).submit(`/accounts/${id}/edit`, { name: 'Too late', _version: '1' });

      expect(status).to.be.oneOf([409, 412, 422]);
      expect((await host.as(host.user).get(`/api/v1/accounts/${id}`)).body['name']).to.equal('Changed first');
    });
  });

  describe('POST /accounts/:id/trash', () => {
    it('takes the record out of sight, and restoration brings it back', async () => {
      const id = await addAccount('Comes back');

      await host.as(host.user).submit(`/accounts/${id}/trash`, { _version: '1' });
      const gone = await host.as(host.user).page(`/accounts/${id}`);
      await host.as(host.user).submit(`/accounts/${id}/restoration`, {});
      const back = await host.as(host.user).page(`/accounts/${id}`);

      expect([gone.status, back.status]).to.deep.equal([404, 200]);
    });
  });
});
