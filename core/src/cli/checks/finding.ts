import type { CliContext } from '../cli-context.js';

/** One thing `trellis doctor` looked at. */
export interface Finding {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'error';
  /** What was found, in one sentence. */
  readonly detail: string;
  /** What to do about it; absent when nothing is wrong. */
  readonly fix?: string;
}

/** Looks at one part of the installation; must not throw for what it is there to find. */
export type DoctorCheck = (cli: CliContext) => Promise<readonly Finding[]>;
