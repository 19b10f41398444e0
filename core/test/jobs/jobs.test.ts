import type { JobSchedule } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { pino } from 'pino';
import { runUnit, uuidV7, type UnitOfWork } from '../../dist/database/index.js';
import { pauseModule, removeModule, resumeModule, syncModule } from '../../dist/events/module-work.js';
import { releaseDeadWorkers } from '../../dist/jobs/dead-workers.js';
import { enqueueJob, listJobs } from '../../dist/jobs/job-queue.js';
import { JobRunner } from '../../dist/jobs/job-runner.js';
import { Scheduler } from '../../dist/jobs/scheduler.js';
import type { JobRegistration, Registrations } from '../../dist/kernel/registrations.js';
import { moduleWith, TestClock } from '../events/bus.js';
import { loseConnections, openEventDatabase, type EventDatabase } from '../events/event-database.js';

const log = pino({ level: 'silent' });
type Payload = Readonly<Record<string, unknown>>;

describe('Jobs', () => {
  let database: EventDatabase;
  let runner: JobRunner;
  let ran: { job: string; payload: Payload }[];
  let jobs: Map<string, JobRegistration>;
  let holders: readonly string[] | undefined;
  const processId = uuidV7();
  const isStopped = (): boolean => {
    try {
      runner.checkRunning();
      return false;
    } catch {
      return true;
    }
  };
  const holdersOfJobs = (): Promise<string[]> =>
    database
      .knex<{ process_id: string }>('graphile_worker._private_jobs as j')
      .join('core.job_workers as w', 'w.worker_id', 'j.locked_by')
      .pluck('process_id');

  beforeEach(async () => {
    database = await openEventDatabase();
    ran = [];
    jobs = new Map(
      [job('remind', {}), job('deal-aging', { cron: '0 6 * * *' })].map((one) => [`sales:${one.name}`, one]),
    );
    runner = new JobRunner({
      database,
      log,
      succession: { processId, endedProcesses: [] },
      jobs: () => jobs,
      runJob: async ({ module, name }, payload) => {
        ran.push({ job: `${module}:${name}`, payload });
        if (payload['fails'] === true) throw new Error('no');
        if (payload['looks'] === true) holders = await holdersOfJobs();
      },
    });
  });

  afterEach(async () => {
    await runner.close();
    await database.close();
  });

  it('runs a job that was added in a transaction once that commits, and not if it rolls back', async () => {
    await database.tx((trx) => enqueueJob(trx, remind({ of: 'committed' })));
    await database
      .tx(async (trx) => {
        await enqueueJob(trx, remind({ of: 'rolled back' }));
        throw new Error('no');
      })
      .catch(() => undefined);

    await runner.drain(new Date());

    expect(ran).to.deep.equal([{ job: 'sales:remind', payload: { of: 'committed' } }]);
  });

  it('takes new jobs by itself', async () => {
    await runner.start();

    await enqueueJob(database.knex, remind({}));

    await until(() => ran.length === 1);
  });

  it('goes on after every connection was lost', async () => {
    await runner.start();
    await enqueueJob(database.knex, remind({ of: 'before' }));
    await until(() => ran.length === 1);

    await loseConnections(database);
    await enqueueJob(database.knex, remind({ of: 'after' }));

    await until(() => ran.length === 2);
    runner.checkRunning();
  });

  it('goes on after the end of a job could not be written down, and runs the job again', async () => {
    await database.knex.raw(`
      create function core.refuse() returns trigger language plpgsql as 'begin raise exception ''no end''; end';
      create trigger refuse before delete on graphile_worker._private_jobs for each row execute function core.refuse()`);
    await runner.start();
    await enqueueJob(database.knex, remind({ of: 'unfinished' }));
    await until(() => ran.length === 1 && isStopped());
    await database.knex.raw('drop function core.refuse cascade');
    await until(() => !isStopped());
    await until(() => ran.length === 2);

    expect(ran.map(({ payload }) => payload['of'])).to.deep.equal(['unfinished', 'unfinished']);
  });

  it('replaces a waiting job of the same key and module', async () => {
    const runAt = new Date(Date.now() + 60_000);
    await enqueueJob(database.knex, { ...remind({ of: 'first' }), key: 'one', runAt });
    await enqueueJob(database.knex, { ...remind({ of: 'second' }), key: 'one', runAt });
    await enqueueJob(database.knex, { ...remind({ of: 'core' }), module: 'core', key: 'one', runAt });

    await runner.drain(new Date());
    const early = ran.length;
    jobs.set('core:remind', { ...job('remind', {}), module: 'core' });
    await runner.drain(new Date(Date.now() + 61_000));

    expect(early).to.equal(0);
    expect(ran.map(({ payload }) => payload['of'])).to.have.members(['second', 'core']);
  });

  it('keeps a failed job with its error for another attempt', async () => {
    await enqueueJob(database.knex, remind({ fails: true }));

    await runner.drain(new Date());

    const [failed] = await listJobs(database.knex);
    expect(failed).to.include({ job: 'sales:remind', attempts: 1, maxAttempts: 8, isRunning: false });
    expect(failed?.lastError).to.contain('no');
  });

  it('leaves the jobs of a paused module alone until it is resumed', async () => {
    await unit((one) => pauseModule(one, 'sales', new Date()));
    await enqueueJob(database.knex, remind({}));
    await runner.drain(new Date());
    const whilePaused = ran.length;

    await unit((one) => resumeModule(one, 'sales'));
    await runner.drain(new Date());

    expect(whilePaused).to.equal(0);
    expect(ran).to.have.length(1);
  });

  it('puts off a job this process does not know yet, without counting an attempt', async () => {
    jobs.clear();
    await enqueueJob(database.knex, remind({ of: 'later' }));

    await runner.drain(new Date());

    expect(await listJobs(database.knex)).to.have.length(1);
    expect((await listJobs(database.knex))[0]).to.include({ job: 'sales:remind', attempts: 0 });
  });

  it('drops the waiting jobs and schedules of a removed module', async () => {
    await unit((one) => syncModule(one, sales(), at('2026-03-01T12:00:00Z')));
    await enqueueJob(database.knex, remind({}));

    await unit((one) => removeModule(one, 'sales'));

    expect(await listJobs(database.knex)).to.deep.equal([]);
    expect(await database.knex('core.schedules').count({ count: '*' })).to.deep.equal([{ count: 0 }]);
  });

  it('tells which process holds a running job, so that its death is noticed', async () => {
    await runner.start();
    while ((await database.knex('core.job_workers')).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));

    await enqueueJob(database.knex, remind({ looks: true }));
    await until(() => holders !== undefined);

    expect(holders).to.deep.equal([processId]);
  });

  it('gives jobs of a worker whose process died back to the queue', async () => {
    const dead = 'worker-of-a-dead-process';
    await enqueueJob(database.knex, remind({}));
    await database.knex.raw(`update graphile_worker._private_jobs set locked_by = ?, locked_at = now()`, [dead]);
    await database
      .knex('core.job_workers')
      .insert({ worker_id: dead, process_id: uuidV7(), started_at: '2026-01-01T00:00:00Z' });
    await runner.drain(new Date());
    const whileLocked = ran.length;

    const released = await releaseDeadWorkers(database.knex);
    await runner.drain(new Date());

    expect(whileLocked).to.equal(0);
    expect(released).to.deep.equal([dead]);
    expect(ran).to.have.length(1);
  });

  it('gives them back at once when somebody saw the process end, and leaves those of the living', async () => {
    const [ended, living] = [uuidV7(), uuidV7()];
    await database.knex('core.job_workers').insert([
      { worker_id: 'worker-of-the-ended', process_id: ended },
      { worker_id: 'worker-of-the-living', process_id: living },
    ]);
    await enqueueJob(database.knex, remind({ of: 'ended' }));
    await database.knex.raw(
      `update graphile_worker._private_jobs set locked_by = 'worker-of-the-ended', locked_at = now()`,
    );
    await enqueueJob(database.knex, remind({ of: 'living' }));
    await database.knex.raw(
      `update graphile_worker._private_jobs set locked_by = 'worker-of-the-living', locked_at = now() where locked_by is null`,
    );

    const released = await releaseDeadWorkers(database.knex, { workers: [], processes: [ended] });
    await runner.drain(new Date());

    expect(released).to.deep.equal(['worker-of-the-ended']);
    expect(ran.map(({ payload }) => payload['of'])).to.deep.equal(['ended']);
    await database.knex('core.job_workers').whereIn('process_id', [living]).delete();
    await database.knex.raw('delete from graphile_worker._private_jobs');
  });

  describe('Scheduler', () => {
    let clock: TestClock;
    let timeZone: string;
    let schedulers: readonly Scheduler[];

    beforeEach(async () => {
      clock = new TestClock();
      timeZone = 'Europe/Berlin';
      const parts = { knex: database.knex, clock, log, timeZone: () => timeZone };
      schedulers = [new Scheduler(parts), new Scheduler(parts)];
      await unit((one) => syncModule(one, sales(), { now: clock.now(), timeZone }));
    });

    it('enqueues a job at its time in the workspace zone, once over all processes', async () => {
      expect(await dueAt()).to.equal('2026-03-02T05:00:00.000Z');
      clock.advance(hours(17) + 1000);

      await Promise.all(schedulers.map((one) => one.runDue(60_000)));
      await Promise.all(schedulers.map((one) => one.runDue(60_000)));
      await runner.drain(new Date());

      expect(ran).to.deep.equal([{ job: 'sales:deal-aging', payload: {} }]);
      expect(await dueAt()).to.equal('2026-03-03T05:00:00.000Z');
    });

    it('does not catch up what it missed', async () => {
      clock.advance(hours(17) + 61_000);

      await schedulers[0]?.runDue(60_000);

      expect(await listJobs(database.knex)).to.deep.equal([]);
      expect(await dueAt()).to.equal('2026-03-03T05:00:00.000Z');
    });

    it('rests while its module is paused', async () => {
      await unit((one) => pauseModule(one, 'sales', clock.now()));
      clock.advance(hours(17) + 1000);

      await schedulers[0]?.runDue(60_000);

      expect(await listJobs(database.knex)).to.deep.equal([]);
    });

    it('follows a change of the time zone', async () => {
      timeZone = 'Asia/Tokyo';

      await schedulers[0]?.runDue(60_000);

      expect(await dueAt()).to.equal('2026-03-01T21:00:00.000Z');
    });

    async function dueAt(): Promise<string | undefined> {
      const [row] = await database.knex<{ next_due: Date }>('core.schedules').select('next_due');
      return row?.next_due.toISOString();
    }
  });

  function unit(work: (one: UnitOfWork) => Promise<void>): Promise<void> {
    return runUnit(database.knex, () => undefined, work);
  }

  function sales(): Registrations {
    return { ...moduleWith('sales', []), jobs: [...jobs.values()] };
  }
});

function job(name: string, schedule: JobSchedule): JobRegistration {
  return { module: 'sales', name, schedule, run: () => Promise.reject(new Error('run by the test')) };
}

function remind(payload: Payload) {
  return { module: 'sales', name: 'remind', payload };
}

function at(moment: string) {
  return { now: new Date(moment), timeZone: 'UTC' };
}

function hours(count: number): number {
  return count * 3_600_000;
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 10));
}
