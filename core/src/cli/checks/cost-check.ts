import type { CallCost } from '../../kernel/call-costs.js';
import type { ProcessReport } from '../../metrics/process-reports.js';
import type { CliContext } from '../cli-context.js';
import { examinableWorkspace } from './examinable-workspace.js';
import type { Finding } from './finding.js';

/** Average time of a call from which on a plugin is worth a look, in ms. */
const slowCallMs = 1000;

/** Time per plugin since the start of the processes that run, which write it down every 10 s. */
export async function checkCosts(cli: CliContext): Promise<Finding[]> {
  const workspace = await examinableWorkspace(cli);
  if (workspace === undefined) return [];
  const { readReports } = await import('../../metrics/process-reports.js');
  const reports = await readReports(workspace.database.knex);
  const byModule = Map.groupBy(
    reports.flatMap(({ calls }) => calls),
    ({ module }) => module,
  );
  return [...byModule]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([module, costs]) => describe(module, costs, reports));
}

function describe(module: string, costs: readonly CallCost[], reports: readonly ProcessReport[]): Finding {
  const sum = (valueOf: (cost: CallCost) => number): number => costs.reduce((total, cost) => total + valueOf(cost), 0);
  const [calls, faults, totalMs] = [sum((cost) => cost.calls), sum((cost) => cost.faults), sum((cost) => cost.totalMs)];
  const slow = reports.reduce((total, { slowQueries }) => total + (slowQueries[module] ?? 0), 0);
  const averageMs = totalMs / Math.max(1, calls);
  const detail = `${module}: ${calls} calls, ${averageMs.toFixed(1)} ms on average, ${faults} failed, ${slow} slow queries`;
  const name = 'time';
  if (faults > 0)
    return { name, status: 'warning', detail, fix: `look into the log for "plugin":"${module}" and tell its author` };
  if (averageMs > slowCallMs || slow > 0)
    return { name, status: 'warning', detail, fix: `look into the log for "slow query" with "module":"${module}"` };
  return { name, status: 'ok', detail };
}
