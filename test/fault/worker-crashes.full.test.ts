import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestHost, type CoreTestHost } from '@trellis-crm/core/testing';
import { expect } from 'chai';
import { writeBadPlugin } from '../support/bad-plugin.js';
import { eventually } from '../support/eventually.js';
import { Installation, type Run } from '../support/installation.js';

const plugin = 'exits-in-background';

describe('a plugin that ends the process of trellis worker', function () {
  this.timeout(240_000);

  let host: CoreTestHost;
  let installation: Installation;
  let environment: Record<string, string>;
  let worker: Run | undefined;

  before(async () => {
    host = await createTestHost();
    installation = await Installation.create();
    const plugins = join(installation.dataDir, 'plugins');
    await mkdir(plugins);
    await writeBadPlugin(plugins, plugin);
    environment = { DATABASE_URL: host.database.url, TRELLIS_PLUGINS_DIR: plugins, TRELLIS_LOG_LEVEL: 'warn' };
    const enabling = installation.run(['plugin', 'enable', plugin], environment);
    expect(await enabling.ended(), enabling.output()).to.equal(0);
  });

  after(async () => {
    worker?.process.kill('SIGTERM');
    await worker?.ended();
    await installation.remove();
    await host.close();
  });

  it('is quarantined after three strikes, and the worker goes on with the work of others', async () => {
    worker = installation.run(['worker'], environment);
    await eventually(async () => expect(worker?.output()).to.contain('works in process'));

    await host.as(host.admin).post('/api/v1/accounts', { name: 'Deadly' });
    const [row] = await eventually(async () => {
      const rows = await host.sql(`select reason from core.plugins where id = ? and state = 'quarantined'`, [plugin]);
      expect(rows, worker?.output()).to.have.length(1);
      return rows;
    });

    expect(row?.['reason']).to.match(/3 strikes within 5 minutes, .*it ended the process \(code 7\)/);
    const strikes = await host.sql('select kind from core.plugin_strikes where plugin = ?', [plugin]);
    expect(strikes.map(({ kind }) => kind)).to.deep.equal(['exit', 'exit', 'exit']);
    await host.sql(
      `select graphile_worker.add_job('trellis', '{"module":"core","name":"purge-events","payload":{}}'::json,
         flags => array['module:core', 'job:core:purge-events'])`,
    );
    await eventually(async () =>
      expect(
        await host.sql(`select id from graphile_worker.jobs where flags \\? 'job:core:purge-events'`),
      ).to.deep.equal([]),
    );
    expect(worker.process.exitCode).to.equal(null);
  });
});
