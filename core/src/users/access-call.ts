import type { Identity } from '../auth/identity.js';
import type { Generation } from '../kernel/generation.js';

/** On whose order, and in which request, somebody's access changes. */
export interface AccessCall {
  readonly generation: Generation;
  readonly identity: Identity;
  readonly signal: AbortSignal;
  readonly requestId?: string;
}
