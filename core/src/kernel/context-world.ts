import { UnavailableError, type TransactionContext } from '@trellis-crm/sdk';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { ContextScope } from './callback.js';
import type { ContextParts } from './context-parts.js';
import type { EventLimits } from './event-limits.js';
import type { ModuleLogs } from './module-logs.js';

/** What a context needs of its surroundings: the transaction under way, and the way to make more of its kind. */
export interface ContextWorld {
  readonly parts: ContextParts;
  readonly logs: ModuleLogs;
  readonly eventLimits: EventLimits;
  /** The unit of this call chain: a call on an outer context inside `tx` joins it instead of waiting for its own locks. */
  currentUnit(): UnitOfWork | undefined;
  transaction<T>(scope: ContextScope, work: (tx: TransactionContext, unit: UnitOfWork) => Promise<T>): Promise<T>;
  create(scope: ContextScope): TransactionContext;
}

/** @throws UnavailableError `context_expired` when the call is over, took too long, or its module was disabled */
export function assertLive(scope: ContextScope): void {
  if (!scope.signal.aborted && !scope.generation.signalOf(scope.module).aborted) return;
  throw new UnavailableError(
    'context_expired',
    { module: scope.module, retryAfterSeconds: 1 },
    { message: `The call into ${scope.module} is over; its context can do nothing more` },
  );
}
