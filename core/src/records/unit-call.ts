import type { Identity } from '../auth/identity.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { RecordScope as RecordCall } from '../kernel/context-parts.js';
import type { Generation } from '../kernel/generation.js';

/** For whom a job works, and when it must stop. */
export interface JobSession {
  readonly identity: Identity;
  readonly generation: Generation;
  readonly signal: AbortSignal;
}

/** The call of a job that works on records inside a unit, as somebody who is not there. */
export function callInUnit({ generation, identity, signal }: JobSession, unit: UnitOfWork): RecordCall {
  return {
    generation,
    identity,
    requestId: null,
    isElevated: false,
    unit: () => unit,
    transact: (work) => work(unit),
    assertLive: () => signal.throwIfAborted(),
  };
}
