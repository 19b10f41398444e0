import { createTestHost, type CoreTestHost } from '@trellis-crm/core/testing';
import { expect } from 'chai';
import pg from 'pg';
import { eventually } from '../support/eventually.js';
import { Installation, type Run } from '../support/installation.js';

describe('a worker that was killed', function () {
  this.timeout(200_000);

  let host: CoreTestHost;
  let installation: Installation;
  let workers: Run[] = [];

  before(async () => {
    host = await createTestHost();
    installation = await Installation.create();
    workers = [startWorker(), startWorker()];
    await eventually(async () => {
      for (const worker of workers) expect(worker.output()).to.contain('works in process');
    });
  });

  after(async () => {
    for (const worker of workers) worker.process.kill('SIGTERM');
    await Promise.all(workers.map((worker) => worker.ended()));
    await installation.remove();
    await host.close();
  });

  it('leaves its job to another one within a minute', async () => {
    const barrier = new pg.Client({ connectionString: host.database.url });
    await barrier.connect();
    await barrier.query('begin; lock table core.deliveries in access exclusive mode');
    await host.sql(
      `select graphile_worker.add_job('trellis', '{"module":"core","name":"purge-events","payload":{}}'::json,
         flags => array['module:core', 'job:core:purge-events'])`,
    );
    const victim = await eventually(workerOfJob);

    process.kill(victim, 'SIGKILL');
    const killedAt = performance.now();
    await barrier.end();
    const held = await jobs();
    await eventually(async () => expect(await jobs()).to.deep.equal([])).catch(() => undefined);
    await eventually(async () => expect(await jobs()).to.deep.equal([]));

    const tookMs = Math.round(performance.now() - killedAt);
    process.stdout.write(`      done by the other one after ${tookMs} ms\n`);
    expect(held).to.have.length(1);
    expect(tookMs).to.be.lessThan(90_000);
  });

  function startWorker(): Run {
    return installation.run(['worker'], { DATABASE_URL: host.database.url, TRELLIS_LOG_LEVEL: 'error' });
  }

  function jobs(): Promise<readonly object[]> {
    return host.sql(`select id from graphile_worker.jobs where flags ? 'job:core:purge-events'`.replace('?', '\\?'));
  }

  /** Id of the process that has taken the job. */
  async function workerOfJob(): Promise<number> {
    const [row] = await host.sql(
      `select p.pid from graphile_worker._private_jobs j
       join core.job_workers w on w.worker_id = j.locked_by join core.processes p on p.id = w.process_id`,
    );
    if (row === undefined) throw new Error('nobody has taken the job');
    return Number(row['pid']);
  }
});
