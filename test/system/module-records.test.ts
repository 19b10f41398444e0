import type { TestHost } from '@trellis-crm/sdk/testing';
import { createTestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { pluginFolder } from '../security/support/plugin-folder.js';

describe('records of a module that says nothing of the menu', function () {
  this.timeout(60_000);

  let host: TestHost;
  let specimen: string;

  before(async () => {
    host = await createTestHost({ plugins: [await pluginFolder('lab')] });
    const { body } = await host.as(host.user).post('/api/v1/lab/specimens', { name: 'Granite' });
    specimen = String(body['id']);
  });

  after(() => host.close());

  const page = async (path: string): Promise<string> => (await host.as(host.user).page(path)).text;

  it('have a composer and can be followed', async () => {
    const before = await page(`/lab/specimens/${specimen}`);
    const added = await host
      .as(host.user)
      .submit(`/lab/specimens/${specimen}/activities`, { kind: 'note', body: 'Hard as expected' });

    expect(before).to.include('id="composer"').and.include(`action="/lab/specimens/${specimen}/following"`);
    expect(added.status).to.equal(303);
    expect(await page(`/lab/specimens/${specimen}`)).to.include('Hard as expected');
  });

  it('are offered as what an activity is about', async () => {
    expect(await page('/activities/new'))
      .to.include('name="links.add.lab.specimen"')
      .and.include('Granite');
  });
});
