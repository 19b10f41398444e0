import { randomUUID } from 'node:crypto';
import type { MarkedCalls } from '../kernel/index.js';
import type { Incident } from '../kernel/lifecycle/index.js';

/** How a server process ended that nobody had asked to. */
export interface Death {
  readonly code: number | null;
  readonly signal: string | null;
  /** Why the supervisor ended it itself. */
  readonly endedFor?: 'standstill' | 'memory' | undefined;
}

/** Signals that come from outside: a person, a machine that shuts down, a system that is out of memory. */
const outside: readonly string[] = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'];

/** Whether a signal was sent by somebody, and is not what the process itself came to. */
export function isFromOutside(signal: string | null): boolean {
  return signal !== null && outside.includes(signal);
}

/**
 * Puts a death down to the plugins whose code ran.
 * @returns undefined when no plugin ran, or when somebody else ended the process: whoever ran then has nothing to do with it
 */
export function toIncident(death: Death, calls: MarkedCalls | undefined): Incident | undefined {
  if (calls === undefined || (death.endedFor === undefined && isFromOutside(death.signal))) return undefined;
  const suspects = calls.now === null ? calls.waiting : [calls.now];
  if (suspects.length === 0) return undefined;
  return { id: randomUUID(), kind: kindOf(death), suspects, ...detailOf(death) };
}

/** Node aborts when its heap is full. */
function kindOf({ signal, endedFor }: Death): Incident['kind'] {
  if (endedFor !== undefined) return endedFor;
  if (signal === null) return 'exit';
  return signal === 'SIGABRT' || signal === 'SIGTRAP' ? 'memory' : 'crash';
}

function detailOf({ code, signal, endedFor }: Death): { detail?: string } {
  return endedFor === undefined ? { detail: signal ?? `code ${code ?? 'unknown'}` } : {};
}
