import { writeFileSync } from 'node:fs';

/** What one job came to; JSON of `--json`. */
export interface JobResult {
  readonly job: string;
  /** Our rate as a share of the baseline's: median of the ratios paired within rounds. Null where there is no baseline. */
  readonly ratio: number | null;
  /** Lowest and highest ratio of a round. */
  readonly ratioRange?: readonly [number, number];
  /** What the ratio is to: `raw`, or another job. */
  readonly against?: string;
  readonly perSecond?: number;
  readonly baselinePerSecond?: number;
  readonly p50Ms?: number;
  /** For jobs without requests the time of the act itself. Null where the job measures no time. */
  readonly p95Ms: number | null;
  readonly baselineP95Ms?: number;
  /** Mean size of our answer and the baseline's. */
  readonly bytes?: number;
  readonly baselineBytes?: number;
  /** The baseline's processor time per request, database included, as a share of ours: the ratio of a machine that has nothing else to do. */
  readonly cpuRatio?: number;
  /** Ours, in µs. */
  readonly cpuMicros?: number;
  /** Memory, for jobs that measure it. */
  readonly memoryMb?: number;
  /** What the project asks of the job, as people read it. */
  readonly target?: string;
  readonly isMet?: boolean;
  /** Why there is no result. */
  readonly failure?: string;
}

/** What a job says that measures memory. @param memoryMb undefined where the system does not tell */
export function memoryResult(job: string, memoryMb: number | undefined, mostMb: number): JobResult {
  if (memoryMb === undefined) return { job, ratio: null, p95Ms: null, failure: 'this system does not tell' };
  return { job, ratio: null, p95Ms: null, memoryMb, target: `≤ ${mostMb} MB`, isMet: memoryMb <= mostMb };
}

/** A line for people. */
export function lineOf(result: JobResult): string {
  const { job, failure, target, isMet } = result;
  if (failure !== undefined) return `${job.padEnd(28)} FAILED ${failure}`;
  const verdict = target === undefined ? '' : `  (asked: ${target}${isMet === true ? ', met' : ', MISSED'})`;
  return `${job.padEnd(28)} ${[...ratesOf(result), ...costsOf(result)].join('  ')}${verdict}`;
}

function ratesOf({ ratio, ratioRange, against, perSecond, baselinePerSecond }: JobResult): readonly string[] {
  const range = ratioRange === undefined ? '' : ` (${ratioRange[0]}–${ratioRange[1]})`;
  return [
    ...(ratio === null ? [] : [`${ratio}${range} of ${against ?? 'raw'}`]),
    ...(perSecond === undefined
      ? []
      : [`${perSecond}/s${baselinePerSecond === undefined ? '' : ` : ${baselinePerSecond}/s`}`]),
  ];
}

function costsOf({ p50Ms, p95Ms, baselineP95Ms, memoryMb, cpuRatio, cpuMicros, bytes }: JobResult): readonly string[] {
  return [
    ...(p50Ms === undefined ? [] : [`p50 ${p50Ms}`]),
    ...(p95Ms === null ? [] : [`p95 ${p95Ms}${baselineP95Ms === undefined ? '' : ` : ${baselineP95Ms}`} ms`]),
    ...(cpuRatio === undefined ? [] : [`by cpu ${cpuRatio} (${cpuMicros ?? ''} µs)`]),
    ...(bytes === undefined ? [] : [`${Math.round(bytes / 102.4) / 10} KB`]),
    ...(memoryMb === undefined ? [] : [`${memoryMb} MB`]),
  ];
}

/** Writes all of them as JSON. */
export function writeResults(file: string, results: readonly JobResult[]): void {
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
}
