import { toLocalInput } from '../pages/fields/zoned-time.js';
import { nextTime, rulePartsOf } from '../records/recurrence-rule.js';

/** A task that was done and comes again. */
export interface RecurringTask {
  /** ISO 8601, UTC. */
  readonly dueAt: string;
  readonly remindAt: string | null;
  readonly recurrence: string;
}

/**
 * When it is due again by its owner's clock: the next time after it was due that is not over already, so that what was late does not
 * come back late. A number of times counts those that were done. The reminder keeps its distance.
 *
 * @returns null after the last time, and for a rule that no calendar understands
 */
export function nextOccurrence(task: RecurringTask, timeZone: string, now: Date): RecurringTask | null {
  const known = rulePartsOf(task.recurrence);
  if (known === null) return null;
  const parts = new Map(known);
  const count = parts.get('COUNT');
  if (count === '1') return null;
  parts.delete('COUNT');
  const due = new Date(task.dueAt);
  const after = due > now ? due : now;
  const start = toLocalInput(task.dueAt, timeZone).replaceAll(/[-:]/g, '') + task.dueAt.slice(17, 19);
  const next = nextTime(textOf(parts), start, timeZone, after);
  if (next === null) return null;
  const left: readonly (readonly [string, string])[] =
    count === undefined ? [] : [['COUNT', String(Number(count) - 1)]];
  return {
    dueAt: new Date(next).toISOString(),
    remindAt: task.remindAt === null ? null : new Date(Date.parse(task.remindAt) + next - due.getTime()).toISOString(),
    recurrence: textOf([...parts, ...left]),
  };
}

function textOf(parts: Iterable<readonly [string, string]>): string {
  return [...parts].map(([name, value]) => `${name}=${value}`).join(';');
}
