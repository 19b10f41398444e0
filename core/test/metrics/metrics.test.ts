import 'reflect-metadata';
import { expect } from 'chai';
import { pino } from 'pino';
import { openDatabase, type Database } from '../../dist/database/index.js';
import { createCallRunner, type CallRunner } from '../../dist/kernel/call-runner.js';
import { createMetrics, type Metrics } from '../../dist/metrics/index.js';
import { serveMetrics, type MetricsServer } from '../../dist/metrics/metrics-server.js';
import { BackupHome } from '../backup/backup-home.js';

const log = pino({ level: 'silent' });

describe('Metrics', () => {
  let home: BackupHome;
  let database: Database;
  let calls: CallRunner;
  let processes: Metrics[];
  let server: MetricsServer;

  before(async () => {
    home = await BackupHome.create();
    database = openDatabase({ url: (await home.filledDatabase()).url }, log);
    calls = createCallRunner(log);
    const parts = { database, now: () => new Date(), calls: calls.costs, generation: () => 7 };
    processes = [createMetrics(parts), createMetrics({ ...parts, calls: () => [] })];
    server = await serveMetrics({
      ...{ host: '127.0.0.1', port: 0 },
      collect: () => Promise.all(processes.map((metrics, index) => metrics.snapshot(index === 0))),
    });
  });
  after(async () => {
    await server.close();
    await database.close();
    await home.close();
  });

  it('adds the requests of all processes up, by route, module and status', async () => {
    const request = { method: 'GET', route: '/api/v1/accounts/:id', module: 'core', status: 200 };
    processes.forEach((metrics) => metrics.observe({ ...request, seconds: 0.03 }));
    processes[0]?.observe({ ...request, status: 404, seconds: 0.3 });
    processes[0]?.observe({ method: 'BREW', route: null, module: 'core', status: 404, seconds: 20 });

    const text = await scrape();

    const labels = 'method="GET",route="/api/v1/accounts/:id",module="core"';
    expect(text).to.contain(`trellis_http_request_duration_seconds_bucket{le="0.05",${labels},status="200"} 2`);
    expect(text).to.contain(`trellis_http_request_duration_seconds_bucket{le="0.02",${labels},status="200"} 0`);
    expect(text).to.contain(`trellis_http_request_duration_seconds_count{${labels},status="404"} 1`);
    expect(text).to.contain('_count{method="other",route="none",module="core",status="404"} 1');
  });

  it('tells what calls into each module cost, by kind', async () => {
    const call = (what: string) => ({ module: 'sales', what, timeoutMs: 1000 });
    await calls.run(call('panel open-deals'), async () => undefined);
    await calls.run(call('panel other'), async () => undefined);
    await calls.run(call('job aging'), () => Promise.reject(new Error('a bug'))).catch(() => undefined);

    const text = await scrape();

    expect(text).to.contain('trellis_module_calls_total{module="sales",kind="panel"} 2');
    expect(text).to.contain('trellis_module_calls_total{module="sales",kind="job"} 1');
    expect(text).to.contain('trellis_module_faults_total{module="sales",kind="job"} 1');
    expect(text).to.match(/trellis_module_call_seconds_total\{module="sales",kind="panel"\} 0\.0\d+/);
  });

  it('tells of pools, memory, event loop and generation of each process', async () => {
    const text = await scrape();

    expect(text).to.contain('\ntrellis_processes 2\n');
    expect(text).to.match(/trellis_pool_connections\{process="\d+",pool="request",state="waiting"\} 0/);
    expect(text).to.match(/trellis_process_resident_bytes\{process="\d+"\} \d{7,}/);
    expect(text).to.match(/trellis_event_loop_delay_seconds\{process="\d+",percentile="99"\} \d/);
    expect(text).to.match(/trellis_generation\{process="\d+"\} \d+/);
  });

  it('tells how many requests are under way and how many were refused', async () => {
    processes.forEach((metrics, index) => metrics.follow({ underWay: 3, refused: 5 + index }));

    const text = await scrape();

    expect(text).to.contain('\ntrellis_http_requests_under_way 6\n');
    expect(text).to.contain('\ntrellis_http_requests_refused_total 11\n');
  });

  it('tells of events, deliveries and jobs once for all processes', async () => {
    await database.knex
      .raw(`insert into core.deliveries (subscription_id, event_id, order_key, position, state, next_at, changed_at)
      select 'a:b', gen_random_uuid(), 'x', n, case when n > 3 then 'dead' else 'waiting' end,
        now() + case when n = 1 then interval '-90 s' else interval '1 hour' end, now() from generate_series(1, 5) n`);

    const text = await scrape();

    for (const line of [
      'deliveries{state="due"} 1',
      'deliveries{state="later"} 2',
      'deliveries{state="dead"} 2',
      'dead_letters 2',
    ])
      expect(text).to.contain(`\ntrellis_${line}\n`);
    expect(Number(/trellis_relay_lag_seconds ([\d.]+)/.exec(text)?.[1])).to.be.within(90, 300);
    expect(text).to.contain('trellis_jobs{state="given-up"} 0').and.to.contain('trellis_database_up 1');
    expect(text).to.contain('\ntrellis_held 0\n');
  });

  it('still answers while the database does not, and says so', async () => {
    const gone = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none' }, log);
    const metrics = createMetrics({ database: gone, now: () => new Date(), calls: () => [], generation: () => 1 });
    const alone = await serveMetrics({
      host: '127.0.0.1',
      port: 0,
      collect: async () => [await metrics.snapshot(true)],
    });

    const text = await scrape(alone);

    expect(text).to.contain('trellis_database_up 0').and.to.contain('trellis_relay_lag_seconds Nan');
    expect(text).to.contain('trellis_process_resident_bytes');
    await alone.close();
    await gone.close();
  });

  it('answers nothing but /metrics', async () => {
    expect((await fetch(`http://127.0.0.1:${server.port}/`)).status).to.equal(404);
    expect((await fetch(`http://127.0.0.1:${server.port}/metrics`, { method: 'POST' })).status).to.equal(404);
  });

  async function scrape({ port } = server): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect(answer.status).to.equal(200);
    expect(answer.headers.get('content-type')).to.contain('text/plain; version=0.0.4');
    return answer.text();
  }
});
