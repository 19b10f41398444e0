import { createTestHost } from '@trellis-crm/core/testing';
import type { TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { pluginFolder } from './support/plugin-folder.js';

describe('two people who move the same card', () => {
  let host: TestHost;
  before(async () => (host = await createTestHost({ plugins: [await pluginFolder('lab')] })));
  after(() => host.close());

  it('both learn what came of it: the first moves it, the second reads that somebody was faster', async () => {
    const admin = host.as(host.admin);
    const { body } = await admin.post('/api/v1/lab/specimens', { name: 'Card', state: 'fresh' });
    const path = `/lab/specimens/${String(body['id'])}/lane`;
    const partial = { 'HX-Request': 'true', 'HX-Request-Type': 'partial' };

    const first = await admin.submit(path, { state: 'tested', _version: '1' }, partial);
    const second = await admin.submit(path, { state: 'gone', _version: '1' }, partial);
    const plain = await admin.submit(path, { state: 'gone', _version: '1' });

    expect([first.status, second.status, plain.status]).to.deep.equal([200, 412, 303]);
    expect(decodeURIComponent(second.headers.get('x-problem-text') ?? '')).to.contain('Somebody else changed this');
    expect(plain.headers.get('location')).to.equal('/lab/specimens/board');
    expect((await admin.get(`/api/v1/lab/specimens/${String(body['id'])}`)).body['state']).to.equal('tested');
  });
});
