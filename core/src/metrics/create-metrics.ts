import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Database } from '../database/database.js';
import type { CallCost } from '../kernel/call-costs.js';
import type { AdmissionNumbers, AnsweredRequest, Metrics } from './metrics.js';
import { workspaceGauges } from './workspace-gauges.js';

/** What is measured. */
export interface MetricsParts {
  readonly database: Database;
  readonly now: () => Date;
  /** Cost of calls into modules since the start. */
  calls(): readonly CallCost[];
  /** Number of the generation that new calls use. */
  generation(): number;
}

/** Creates the metrics of one process. Hot paths only count; everything else is read when somebody asks. */
export function createMetrics(parts: MetricsParts): Metrics {
  const registry = new Registry();
  const requests = requestHistogram(registry);
  processGauges(registry, parts);
  moduleCounters(registry, parts);
  const ofWorkspace = new Registry();
  workspaceGauges(ofWorkspace, parts.database.knex, parts.now);
  return {
    observe: ({ seconds, ...labels }) => requests.observe(toLabels(labels), seconds),
    follow: (admission) => admissionGauges(registry, admission),
    async snapshot(withWorkspace) {
      const own = await registry.getMetricsAsJSON();
      return withWorkspace ? [...own, ...(await ofWorkspace.getMetricsAsJSON())] : own;
    },
  };
}

/** Seconds; 0.2 and 0.5 stand for the limits people feel, 15 is the time limit of a request. */
const buckets = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15];
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

function requestHistogram(registry: Registry): Histogram {
  return new Histogram({
    name: 'trellis_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last byte of its answer',
    labelNames: ['method', 'route', 'module', 'status'],
    buckets,
    registers: [registry],
  });
}

/** Whatever a stranger sends, the number of series stays bounded. */
function toLabels({ method, route, module, status }: Omit<AnsweredRequest, 'seconds'>) {
  return { method: methods.has(method) ? method : 'other', route: route ?? 'none', module, status };
}

function admissionGauges(registry: Registry, admission: AdmissionNumbers): void {
  new Gauge({
    name: 'trellis_http_requests_under_way',
    help: 'Requests that are worked on',
    registers: [registry],
    collect() {
      this.set(admission.underWay);
    },
  });
  new Counter({
    name: 'trellis_http_requests_refused_total',
    help: 'Requests that were refused because too many were under way',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(admission.refused);
    },
  });
}

function moduleCounters(registry: Registry, { calls, database }: MetricsParts): void {
  const labelNames = ['module', 'kind'];
  const counter = (name: string, help: string, valueOf: (cost: CallCost) => number): void => {
    new Counter({
      ...{ name, help, labelNames, registers: [registry] },
      collect() {
        this.reset();
        for (const cost of calls()) this.inc({ module: cost.module, kind: cost.kind }, valueOf(cost));
      },
    });
  };
  counter('trellis_module_calls_total', 'Calls into code of a module, by kind', ({ calls: count }) => count);
  counter('trellis_module_faults_total', 'Calls that failed by a bug or took too long', ({ faults }) => faults);
  counter('trellis_module_call_seconds_total', 'Time spent in calls of a module', ({ totalMs }) => totalMs / 1000);
  new Counter({
    name: 'trellis_slow_queries_total',
    help: 'Database statements over the threshold, by the module that ran them',
    labelNames: ['module'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [module, count] of database.slowQueries.counts) this.inc({ module }, count);
    },
  });
}

function processGauges(registry: Registry, { database, generation }: MetricsParts): void {
  const id = String(process.pid);
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      ...{ name, help, labelNames: ['process'], registers: [registry] },
      collect() {
        this.set({ process: id }, read());
      },
    });
  };
  gauge('trellis_process_resident_bytes', 'Memory of the process', () => process.memoryUsage.rss());
  gauge('trellis_process_heap_used_bytes', 'Used heap of JavaScript', () => process.memoryUsage().heapUsed);
  gauge('trellis_process_uptime_seconds', 'Age of the process', () => process.uptime());
  gauge('trellis_process_cpu_seconds', 'Processor time since the start', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  gauge('trellis_generation', 'Number of the generation that new calls use', generation);
  eventLoopGauge(registry, id);
  poolGauge(registry, id, database);
}

/** Since the last time somebody asked. */
function eventLoopGauge(registry: Registry, id: string): void {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  new Gauge({
    name: 'trellis_event_loop_delay_seconds',
    help: 'Delay of the event loop since the last scrape',
    labelNames: ['process', 'percentile'],
    registers: [registry],
    collect() {
      for (const percentile of [50, 99, 100]) this.set({ process: id, percentile }, delay.percentile(percentile) / 1e9);
      delay.reset();
    },
  });
}

/** What knex's pool tells. */
interface PoolNumbers {
  numUsed(): number;
  numFree(): number;
  numPendingAcquires(): number;
}

function poolGauge(registry: Registry, id: string, { knex, work }: Database): void {
  new Gauge({
    name: 'trellis_pool_connections',
    help: 'Database connections in use and free, and calls that wait for one',
    labelNames: ['process', 'pool', 'state'],
    registers: [registry],
    collect() {
      for (const [pool, connections] of [
        ['request', knex],
        ['work', work],
      ] as const) {
        const numbers = (connections.client as { readonly pool: PoolNumbers }).pool;
        this.set({ process: id, pool, state: 'used' }, numbers.numUsed());
        this.set({ process: id, pool, state: 'free' }, numbers.numFree());
        this.set({ process: id, pool, state: 'waiting' }, numbers.numPendingAcquires());
      }
    },
  });
}
