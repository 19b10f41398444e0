import { createTestHost } from '@trellis-crm/core/testing';
import type { TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { pluginFolder } from './support/plugin-folder.js';

describe('a view shared with somebody who may see less', function () {
  this.timeout(120_000);
  let host: TestHost;
  let id: string;

  before(async () => {
    host = await createTestHost({ plugins: [await pluginFolder('lab')] });
    for (const [name, secret, state] of [
      ['Seen', 'hush-one', 'fresh'],
      ['Other', 'hush-two', 'tested'],
    ]) {
      const made = { name, secret, state, owner: host.user.userId };
      expect((await host.as(host.admin).post('/api/v1/lab/specimens', made)).status).to.equal(201);
    }
    const { body, status } = await host.as(host.admin).post('/api/v1/views', {
      ...{ entity: 'lab.specimen', name: 'Shared', visibility: 'everyone', layout: 'board' },
      where: {
        all: [
          { field: 'secret', value: 'hush-one' },
          { field: 'state', op: 'in', value: ['fresh', 'tested'] },
        ],
      },
      ...{ sort: ['secret'], columns: ['name', 'secret', 'rating'] },
    });
    expect(status).to.equal(201);
    id = String(body['id']);
  });

  after(() => host.close());

  it('shows its maker what it says', async () => {
    const list = await host.as(host.admin).page(`/lab/specimens?view=${id}`);

    expect(list.text).to.contain('>Seen<').and.contain('hush-one').and.not.contain('>Other<');
  });

  it('tells nothing of fields that its reader does not see, and asks nothing of them', async () => {
    const reader = host.as(host.user);
    const { body, text } = await reader.get(`/api/v1/views/${id}`);
    const pages = await Promise.all(
      ['', '/filter', '/columns'].map((page) => reader.page(`/lab/specimens${page}?view=${id}`)),
    );

    expect(body).to.deep.include({ isReduced: true, sort: [], columns: ['name'] });
    expect(text).to.not.match(/secret|hush|rating/);
    for (const page of pages) {
      expect(page.status).to.equal(200);
      expect(page.text).to.not.match(/hush|name="shown.secret"|rating/);
    }
    expect(pages[0]?.text).to.contain('>Seen<').and.contain('>Other<');
  });

  it('cannot be turned back into a question about them', async () => {
    const reader = host.as(host.user);
    const where = encodeURIComponent('{"field":"secret","value":"hush-one"}');
    const answers = await Promise.all([
      reader.page(`/lab/specimens?view=${id}&where=${where}`),
      reader.page(`/lab/specimens/board?where=${where}`),
      reader.page(`/lab/specimens?view=${id}&sort=secret`),
      reader.post('/api/v1/views', { entity: 'lab.specimen', name: 'Mine', sort: ['secret'] }),
    ]);

    expect(answers.map(({ status }) => status)).to.deep.equal([400, 400, 400, 422]);
  });

  it('opens as the board it was saved as, with its conditions', async () => {
    const board = await host.as(host.admin).page(`/lab/specimens/board?view=${id}`);

    expect(board.status).to.equal(200);
    expect(board.text).to.contain('>Seen<').and.not.contain('>Other<');
    const text = board.text.replaceAll('&#x3D;', '=');
    expect(text).to.contain(`/lab/specimens/board?view=${id}`).and.contain('layout=board');
  });

  it('is not there for those who may not read such records', async () => {
    expect((await host.as(host.readOnly).get(`/api/v1/views/${id}`)).status).to.equal(404);
    const { body } = await host.as(host.readOnly).get('/api/v1/views?entity=lab.specimen');
    expect(body['data']).to.deep.equal([]);
  });
});
