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

describe('a board of some records', () => {
  let host: TestHost;
  before(async () => {
    host = await createTestHost({ plugins: [await pluginFolder('lab')] });
    for (const [name, state] of [
      ['Shown', 'fresh'],
      ['Left out', 'fresh'],
      ['Shown too', 'tested'],
    ])
      await host.as(host.admin).post('/api/v1/lab/specimens', { name, state });
  });
  after(() => host.close());

  const read = async (address: string): Promise<string> => {
    const { status, text } = await host.as(host.admin).page(address);
    expect(status).to.equal(200);
    return text.replaceAll('&#x3D;', '=').replaceAll('&amp;', '&');
  };
  const filter = 'filter%5Bname%5D%5BstartsWith%5D=Shown';

  it('is narrowed from the board itself, with conditions or without', async () => {
    const all = await read('/lab/specimens/board');
    const some = await read(`/lab/specimens/board?${filter}`);

    expect(all).to.contain('href="/lab/specimens/filter?layout=board"').and.contain('>Left out<');
    expect(some).to.contain('>Shown<').and.contain('>Shown too<').and.not.contain('>Left out<');
    expect(some).to.contain(`href="/lab/specimens/filter?${filter}&layout=board"`).and.contain('class="chip"');
  });

  it('shows the same records as a list, and the list the same as a board', async () => {
    const board = await read(`/lab/specimens/board?${filter}`);
    const list = await read(`/lab/specimens?${filter}&q=shown`);
    const plain = await read('/lab/specimens');

    expect(board).to.contain(`class="seg-link" href="/lab/specimens?${filter}"`);
    expect(list).to.contain(`class="seg-link" href="/lab/specimens/board?${filter}"`);
    expect(plain).to.contain('class="seg-link" href="/lab/specimens/board"');
  });

  it('leads to all records of a lane that fulfil the same', async () => {
    const many = Array.from({ length: 60 }, (_, place) => ({ name: `Many ${String(place)}`, state: 'fresh' }));
    for (const record of many) await host.as(host.admin).post('/api/v1/lab/specimens', record);

    const board = await read('/lab/specimens/board?filter[name][startsWith]=Many');

    expect(board).to.contain('/lab/specimens?filter%5Bname%5D%5BstartsWith%5D=Many&filter%5Bstate%5D=fresh');
  });
});
