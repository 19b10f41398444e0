import type { Identity } from '../auth/identity.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { Generation } from './generation.js';

/** What a context is made for: one call into a module, as somebody, in a generation. */
export interface ContextScope {
  readonly generation: Generation;
  /** Module whose code is called. */
  readonly module: string;
  readonly identity: Identity;
  /** Transaction the call takes part in, if any. */
  readonly unit?: UnitOfWork;
  /** Request the call belongs to, for the audit log. */
  readonly requestId?: string;
  /** Once aborted every call on the context rejects with `context_expired`. */
  readonly signal: AbortSignal;
}
