import { request } from 'node:http';
import { createTestHost, type CoreTestHost } from '@trellis-crm/core/testing';
import { expect } from 'chai';
import { createSession } from '../../dist/auth/session-store.js';
import { formWith } from '../files/sent-files.js';

const xlsx = { 'Content-Type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' };

describe('Files of whoever may not import them', () => {
  let host: CoreTestHost;
  before(async () => {
    host = await createTestHost();
  });
  after(() => host.close());

  const sessionOf = async (userId: string): Promise<Record<string, string>> => {
    const place = { ip: '127.0.0.1', userAgent: 'test' };
    const session = await createSession(host.workspace.database.knex, userId, place, host.clock.now());
    return { Cookie: `trellis_session=${session}`, 'Sec-Fetch-Site': 'same-origin' };
  };

  /** Begins a request and never ends it. @returns the status of the answer that comes all the same */
  const begin = async (path: string, headers: Record<string, string>): Promise<number | undefined> => {
    const sent = request(host.url + path, {
      method: 'POST',
      headers: { ...headers, ...(await sessionOf(host.readOnly.userId)), 'Content-Length': '100000' },
    });
    sent.on('error', () => undefined).write('name\n');
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    sent.on('response', ({ statusCode }) => resolve(statusCode));
    const status = await promise;
    sent.destroy();
    return status;
  };

  it('are not taken in when they may import nothing', async () => {
    expect(await begin('/api/v1/imports?entity=core.account', { 'Content-Type': 'text/csv' })).to.equal(403);
    expect(await begin('/imports', formWith([], []).headers)).to.equal(422);
  });

  it('are not opened when they may import other things only', async () => {
    const broken = Buffer.from('PK\u0003\u0004 no spreadsheet');
    const post = (entity: string) => host.as(host.user).post(`/api/v1/imports?entity=${entity}`, broken, xlsx);

    expect((await post('core.user')).body['code']).to.equal('may_not_import');
    expect((await post('core.unicorn')).body['code']).to.equal('unknown_entity');
    expect((await post('core.account')).body['code']).to.equal('not_a_spreadsheet');
  });

  it('are refused on the page in words', async () => {
    const form = formWith(
      [['entity', 'core.account']],
      [{ field: 'file', name: 'a.csv', content: Buffer.from('name\nA\n') }],
    );
    const answer = await fetch(`${host.url}/imports`, {
      method: 'POST',
      headers: { ...form.headers, ...(await sessionOf(host.readOnly.userId)) },
      body: new Uint8Array(form.body),
    });

    expect(answer.status).to.equal(422);
    expect(await answer.text()).to.contain('You may not import these');
  });
});
