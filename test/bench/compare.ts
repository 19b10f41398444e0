import type { Bench } from './job.js';
import { cpuTimeMs } from './lab/cpu-time.js';
import type { Lab } from './lab/lab.js';
import { median, rounded } from './load/statistics.js';
import type { Effort, Round, Workload } from './load/round.js';
import type { JobResult } from './results.js';

/** Two servers that are asked for the same. */
export interface Comparison {
  readonly job: string;
  readonly ours: Workload;
  readonly baseline: Workload;
  /** What the baseline is, when it is not raw. */
  readonly against?: string;
  readonly asked?: Asked;
}

/** What the project asks of a job. */
export interface Asked {
  readonly ratio?: number;
  readonly p95Ms?: number;
}

/**
 * Rounds of one after the other, the order reversed every other round; ratios are paired within a round, so that a machine
 * whose speed changes meanwhile changes both. @throws Error when a request of either side failed
 */
export async function compare({ lab, effort, rounds }: Bench, comparison: Comparison): Promise<JobResult> {
  const ours = sideOf(lab, comparison.ours);
  const baseline = sideOf(lab, comparison.baseline);
  for (const side of [baseline, ours]) await warmUp(comparison.job, side, effort);
  const pairs: [MeasuredRound, MeasuredRound][] = [];
  for (let round = 0; round < rounds; round += 1) {
    const isReversed = round % 2 === 1;
    const first = await (isReversed ? ours : baseline)(effort);
    const second = await (isReversed ? baseline : ours)(effort);
    for (const measured of [first, second]) assertClean(comparison.job, measured);
    pairs.push(isReversed ? [first, second] : [second, first]);
  }
  return toResult(comparison, pairs);
}

/**
 * By answers rather than by time: the engine compiles what ran often, and a server that has to share its processor would be
 * measured half compiled. At most ten rounds.
 */
async function warmUp(job: string, side: (effort: Effort) => Promise<Round>, effort: Effort): Promise<void> {
  let answers = 0;
  for (let round = 0; round < 10 && answers < effort.durationMs * warmAnswersPerMs; round += 1) {
    const warm = await side(effort);
    assertClean(job, warm);
    answers += warm.answers;
  }
}

/** Of the measured time of a round: 8,000 answers before rounds of 2 s. */
const warmAnswersPerMs = 4;

interface MeasuredRound extends Round {
  /** Processor time of server and database per request, in µs. */
  readonly cpuMicros: number;
}

/** One side's rounds, with what they cost: on a machine that others use too, cost says more than the rate. */
function sideOf(lab: Lab, workload: Workload): (effort: Effort) => Promise<MeasuredRound> {
  const run = lab.load.add(workload);
  const spentMs = (): number => cpuTimeMs(lab.pidAt(workload.port)) + lab.cluster.cpuTimeMs();
  return async (effort) => {
    const before = spentMs();
    const round = await run(effort);
    return { ...round, cpuMicros: ((spentMs() - before) * 1000) / round.answers };
  };
}

function assertClean(job: string, { failed, failure }: Round): void {
  if (failed > 0) throw new Error(`${job}: ${failed} requests failed, first ${failure ?? ''}`);
}

function toResult(
  { job, against = 'raw', asked = {} }: Comparison,
  pairs: readonly [MeasuredRound, MeasuredRound][],
): JobResult {
  const ratios = pairs.map(([ours, baseline]) => ours.perSecond / baseline.perSecond);
  const of = (side: 0 | 1, key: 'perSecond' | 'p50Ms' | 'p95Ms' | 'bytes' | 'cpuMicros'): number =>
    median(pairs.map((pair) => pair[side][key]));
  const ratio = rounded(median(ratios));
  const p95Ms = rounded(of(0, 'p95Ms'));
  return {
    job,
    ratio,
    ratioRange: [rounded(Math.min(...ratios)), rounded(Math.max(...ratios))],
    against,
    perSecond: Math.round(of(0, 'perSecond')),
    baselinePerSecond: Math.round(of(1, 'perSecond')),
    p50Ms: rounded(of(0, 'p50Ms')),
    p95Ms,
    baselineP95Ms: rounded(of(1, 'p95Ms')),
    bytes: of(0, 'bytes'),
    baselineBytes: of(1, 'bytes'),
    cpuRatio: rounded(of(1, 'cpuMicros') / of(0, 'cpuMicros')),
    cpuMicros: Math.round(of(0, 'cpuMicros')),
    ...verdictOf(asked, { ratio, p95Ms }),
  };
}

/** What was asked, and whether it was reached. */
export function verdictOf(
  asked: Asked,
  { ratio, p95Ms }: { readonly ratio: number; readonly p95Ms: number },
): Pick<JobResult, 'target' | 'isMet'> {
  const parts = [
    ...(asked.ratio === undefined ? [] : [`≥ ${asked.ratio}`]),
    ...(asked.p95Ms === undefined ? [] : [`p95 ≤ ${asked.p95Ms} ms`]),
  ];
  if (parts.length === 0) return {};
  return { target: parts.join(', '), isMet: ratio >= (asked.ratio ?? 0) && p95Ms <= (asked.p95Ms ?? Infinity) };
}
