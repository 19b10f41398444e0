import { StartError, type Config } from '@trellis-crm/config';
import type { Succession } from '../jobs/dead-workers.js';
import type { Incident } from '../kernel/lifecycle/index.js';
import type { MetricsSnapshot } from '../metrics/metrics.js';

/** What the supervisor says to a server process. */
export type Order =
  | StartOrder
  | { readonly type: 'stop' }
  /** `ofWorkspace`: also what is the same for all processes. */
  | { readonly type: 'metrics'; readonly id: number; readonly ofWorkspace: boolean };

/** What a process is for: answers and background work, or background work alone. */
export type Duty = 'serve' | 'work';

/** What a server process is started with. */
export interface StartOrder {
  readonly type: 'start';
  readonly duty: Duty;
  readonly config: Config;
  /** When the supervisor began, the same for all its processes. */
  readonly startedAt: Date;
  /** What of the supervisor's socket is open in the process; none when it is to bind the address itself. */
  readonly descriptors: readonly number[];
  /** How the processes before it ended, when plugins had to do with it. */
  readonly incidents: readonly Incident[];
  readonly succession: Succession;
}

/** What a server process says to its supervisor. */
export type Report =
  /** Sent twice a second from the event loop: silence means that it stands still. */
  | { readonly type: 'beat'; readonly rssBytes: number }
  /** The address is empty when it answers nobody. */
  | { readonly type: 'ready'; readonly url: string }
  | { readonly type: 'failed'; readonly failure: StartFailure }
  | { readonly type: 'metrics'; readonly id: number; readonly snapshot: MetricsSnapshot };

/** A StartError on its way between processes. */
export interface StartFailure {
  readonly problem: string;
  readonly reason: string;
  readonly fix: string;
  readonly exitCode: number;
}

/** How often a server process reports, in milliseconds. */
export const beatMs = 500;

/** Whether something received from the supervisor is an order. */
export function isOrder(value: unknown): value is Order {
  return hasType(value, ['start', 'stop', 'metrics']);
}

/** Whether something received from a server process is a report; libraries send messages of their own. */
export function isReport(value: unknown): value is Report {
  return hasType(value, ['beat', 'ready', 'failed', 'metrics']);
}

/** Prepares any error that ended a start; one that is not a StartError is a bug or an outside fault, told as it is. */
export function toFailure(error: unknown): StartFailure {
  if (error instanceof StartError) {
    return { problem: error.message, reason: error.reason, fix: error.fix, exitCode: error.exitCode };
  }
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    problem: 'The server could not start',
    reason,
    fix: 'read the log above; `trellis doctor` checks the rest',
    exitCode: 1,
  };
}

/** The error of the other process. */
export function toStartError({ problem, ...details }: StartFailure): StartError {
  return new StartError(problem, details);
}

function hasType(value: unknown, types: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && 'type' in value && types.includes(String(value.type));
}
