import { isTrellisError } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { classifyDatabaseError, type DatabaseFault, type DatabaseProblem } from '../database/database-errors.js';
import type { ClaimedDelivery } from './delivery.js';

/** Attempts after which a delivery becomes a dead letter. */
export const maxAttempts = 8;

/** Milliseconds until the next attempt after `attempts` failed ones: 1 s, 4 s, 16 s … 1 h, spread by a quarter each way. */
export function backOffMs(attempts: number, random: () => number = Math.random): number {
  const base = Math.min(1000 * 4 ** (attempts - 1), 3_600_000);
  return Math.round(base * (0.75 + random() / 2));
}

/** Books a failed attempt, in a statement of its own after the handler's transaction rolled back. @returns whether the delivery is a dead letter now */
export async function recordFailure(
  knex: Knex,
  delivery: ClaimedDelivery,
  error: unknown,
  now: Date,
): Promise<boolean> {
  const attempts = delivery.attempts + 1;
  const isDead = attempts >= maxAttempts;
  const nextAt = isDead ? now : new Date(now.getTime() + backOffMs(attempts));
  await knex('core.deliveries')
    // Another process may have tried between the rollback and this statement: its count stands.
    .where({ id: delivery.id, state: 'waiting', attempts: delivery.attempts })
    .update({
      attempts,
      state: isDead ? 'dead' : 'waiting',
      next_at: nextAt,
      last_error: describe(error),
      changed_at: now,
    });
  return isDead;
}

const outages: ReadonlySet<DatabaseFault> = new Set<DatabaseFault>([
  'connection_lost',
  'pool_timeout',
  'out_of_space',
  'retryable',
]);

/** Whether an error says nothing about the handler: the database was lost, or told everybody to try again. */
export function isOutage(error: unknown): boolean {
  const problem = classifyDatabaseError(error);
  return problem !== undefined && outages.has(problem.fault) && !isOfSocket(problem);
}

/**
 * The delivery was claimed over a connection that stood, so a socket that is refused now is that of a service the handler talks
 * to. If it was the database's after all, the failure cannot be recorded either.
 */
function isOfSocket({ code = '' }: DatabaseProblem): boolean {
  return /^E[A-Z]/.test(code);
}

const maxErrorLength = 1000;

/** Name, code and text, for the administrator who decides about a replay. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, maxErrorLength);
  const code = isTrellisError(error) ? ` ${error.code}` : '';
  return `${error.name}${code}: ${error.message}`.slice(0, maxErrorLength);
}
