import { expect } from 'chai';
import type { TestHost, TestUser } from '@trellis-crm/sdk/testing';
import { createTestHost } from '../../dist/testing/index.js';

describe('/api/v1/me/preferences', () => {
  let host: TestHost;
  let reader: TestUser;

  before(async () => {
    host = await createTestHost();
    reader = await host.buildUser({ name: 'Reader', role: 'read-only' });
  });

  after(() => host.close());

  const path = '/api/v1/me/preferences';
  const change = (values: object, as: TestUser = reader) => host.as(as).request('PATCH', path, values);

  it('follows the workspace until one chooses, without any right over users', async () => {
    const before = await host.as(reader).get(path);

    const changed = await change({ locale: 'zh-CN', timeZone: 'Asia/Shanghai' });

    expect(before.body).to.deep.equal({ locale: null, timeZone: null });
    expect([changed.status, changed.body]).to.deep.equal([200, { locale: 'zh-CN', timeZone: 'Asia/Shanghai' }]);
    const { body } = await host.as(reader).get('/api/v1/me');
    expect(body).to.deep.include({ locale: 'zh-CN', timeZone: 'Asia/Shanghai' });
    const audits = await host.sql(
      `select verb, actor from core.audit_log where entity = 'core.user' and record_id = ? and verb = 'updated'`,
      [reader.userId],
    );
    expect(audits).to.deep.equal([{ verb: 'updated', actor: `user:${reader.userId}` }]);
  });

  it('goes back to the workspace with null', async () => {
    await change({ locale: 'de' });

    const { body } = await change({ locale: null });

    expect(body).to.deep.include({ locale: null });
  });

  it('refuses what nothing can be written in, here and by an administrator', async () => {
    const own = await change({ locale: 'not a language', timeZone: 'Mars/Olympus' });
    const byAdmin = await host
      .as(host.admin)
      .request('PATCH', `/api/v1/users/${reader.userId}`, { locale: '??' }, { 'If-Match': '*' });
    const created = await host.as(host.admin).post('/api/v1/users', { name: 'New', timeZone: 'Mars/Olympus' });

    expect([own.status, byAdmin.status, created.status]).to.deep.equal([422, 422, 422]);
    expect(own.body['errors']).to.deep.include.members([
      { pointer: '/locale', code: 'unknown_locale', message: 'unknown locale' },
      { pointer: '/timeZone', code: 'unknown_time_zone', message: 'unknown time zone' },
    ]);
  });

  it('changes nothing else, and nothing for those who are nobody', async () => {
    const wider = await change({ role: 'admin' });
    const nobody = await host.as().request('PATCH', path, { locale: 'en' });

    expect([wider.status, nobody.status]).to.deep.equal([422, 401]);
  });
});
