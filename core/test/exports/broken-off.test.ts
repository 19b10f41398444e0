import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import { Account } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { loadStoredActor, Roles, type StoredActor } from '../../dist/auth/index.js';
import { exportList } from '../../dist/exports/exports.js';
import { exportParts } from '../../dist/exports/register.js';
import { recordScope } from '../../dist/records/record-scope.js';
import { createTestHost, type CoreTestHost } from '../../dist/testing/index.js';

describe('an export that nobody reads to its end', function () {
  this.timeout(30_000);
  let host: CoreTestHost;
  before(async () => {
    host = await createTestHost();
    const { records } = await host.context('core', host.manager);
    // A page of them is more than what is read ahead.
    const filling = 'x'.repeat(150);
    for (let page = 0; page < 6; page += 1)
      await records(Account).createMany([...Array(1000).keys()].map((n) => ({ name: `${page} ${n} ${filling}` })));
  });
  after(() => host.close());
  beforeEach(() => host.sql('delete from core.exports'));

  const path = '/api/v1/accounts/export?fields=name';
  const statesOf = () => host.sql('select state, rows_sent from core.exports order by id');
  /** What is told to an export reaches the table after the answer. */
  const ended = async () => {
    while ((await host.sql(`select 1 from core.exports where state = 'running'`)).length > 0) await delay(20);
    return statesOf();
  };
  const begin = async (query = 'fields=name') => {
    const { workspace } = host;
    const generation = workspace.generation();
    const actor: StoredActor = { kind: 'user', userId: host.user.userId, scopes: null };
    const parts = { knex: workspace.database.knex, roles: workspace.container.resolve(Roles), place: workspace.info() };
    const identity = await loadStoredActor(parts, generation, actor);
    const { world, callOf } = workspace.records;
    const scope = recordScope(world, callOf({ generation, identity, requestId: 'test' }), 'core');
    const entity = generation.entities.get(Account.id);
    if (entity === undefined) throw new Error('there are no accounts');
    return exportList(exportParts(workspace), scope, entity, { parameters: new URLSearchParams(query) });
  };
  /** Reads until something is thrown; between the first piece and the second `act` takes place. */
  const readWith = async (body: AsyncIterable<unknown>, act: () => Promise<unknown>) => {
    let pieces = 0;
    try {
      for await (const _piece of body) if ((pieces += 1) === 1) await act();
      return 'whole';
    } catch (error) {
      return (error as { code?: string }).code ?? String(error);
    }
  };

  for (const format of ['csv', 'xlsx'])
    it(`has ended when only its head was asked for: ${format}`, async () => {
      const { status } = await host.as(host.user).request('HEAD', `${path}&format=${format}`);

      expect(status).to.equal(200);
      expect(await ended()).to.deep.equal([{ state: 'broken-off', rows_sent: 0 }]);
      expect(await host.sql('select 1 from core.export_pages')).to.have.length(0);
    });

  it('has ended when its reader goes away, and says how much had left', async () => {
    const { body } = await begin();
    await readWith(body, () => Promise.resolve(body.destroy()));

    const [export_] = await ended();
    expect(export_?.['state']).to.equal('broken-off');
    expect(await host.sql('select 1 from core.export_pages')).to.have.length(0);
  });

  it('breaks off when whoever exports may not sign in any more', async () => {
    const { body } = await begin();

    const code = await readWith(body, async () => {
      await host.sql(`update core.users set status = 'inactive' where id = ?`, [host.user.userId]);
      host.clock.advance(11_000);
    });
    await host.sql(`update core.users set status = 'active' where id = ?`, [host.user.userId]);

    expect(code).to.equal('user_not_found');
    expect((await ended())[0]?.['state']).to.equal('broken-off');
  });

  it('is no whole file when it was ended under its reader', async () => {
    const { body } = await begin();

    const code = await readWith(body, async () => {
      await host.sql(`update core.exports set state = 'broken-off'`);
      await host.sql('delete from core.export_pages');
    });

    expect(code).to.equal('export_ended');
    expect((await statesOf())[0]?.['state']).to.equal('broken-off');
  });
});
