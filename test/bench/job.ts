import type { Lab } from './lab/lab.js';
import type { Effort } from './load/round.js';
import type { JobResult } from './results.js';

/** What a job measures with. */
export interface Bench {
  readonly lab: Lab;
  readonly effort: Effort;
  readonly rounds: number;
  /** Rows of the file whose import shows how much memory that takes. */
  readonly importRows: number;
}

/** Something to measure; may give several results. */
export interface Job {
  /** Names of its results. */
  readonly names: readonly string[];
  run(bench: Bench): Promise<readonly JobResult[]>;
}
