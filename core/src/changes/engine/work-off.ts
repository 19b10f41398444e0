import type { Id, TrellisError } from '@trellis-crm/sdk';
import { isAboutRows } from '../../records/about-rows.js';
import type { ChangeSet, ChangeSetProblem } from '../change-set.js';
import { advance, lockChangeSet, rowsBehind, startRows } from '../change-set-store.js';
import type { ChangeUnit, RowWork } from './row-work.js';

/** What working off a change set needs of its surroundings. */
export interface WorkOffParts {
  readonly work: RowWork;
  /** A transaction of the change set, as its actor. */
  transaction<T>(work: (unit: ChangeUnit) => Promise<T>): Promise<T>;
  /** Called after each commit. */
  progress(set: ChangeSet): Promise<void>;
}

/** Rows done in one transaction, when nothing is wrong with them. */
const mostRows = 500;

/**
 * Works off the list of a change set from where it stands, until it is through or somebody stopped it. Each set of rows is a
 * transaction that also says how far it came, under the lock of the change set: killed anywhere, or run twice, no row is done twice.
 */
export async function workOff(id: Id, parts: WorkOffParts): Promise<void> {
  await parts.transaction((unit) => begin(id, unit, parts.work));
  let limit = mostRows;
  for (;;) {
    const step = await tryStep(id, limit, parts);
    if (step === null) return;
    if (step.refusal === null) limit = Math.min(mostRows, limit * 2);
    else if (step.rows > 1) limit = Math.ceil(step.rows / 2);
    else await leaveOut(id, step.refusal, parts);
  }
}

async function begin(id: Id, unit: ChangeUnit, work: RowWork): Promise<void> {
  const set = await lockChangeSet(unit.trx, id);
  if (set?.state !== 'queued') return;
  if (set.rowCount === null) await work.list(unit, set);
  await startRows(unit.trx, id);
}

interface Step {
  readonly rows: number;
  /** Why none of them was done; null when they were. */
  readonly refusal: TrellisError | null;
}

/** @returns null when there is nothing left to do */
async function tryStep(id: Id, limit: number, parts: WorkOffParts): Promise<Step | null> {
  const tried = { rows: 0 };
  try {
    const done = await parts.transaction((unit) =>
      step(id, limit, unit, (set, items) => {
        tried.rows = items.length;
        return parts.work.apply(unit, set, items);
      }),
    );
    if (done === null) return null;
    await parts.progress(done);
    return { rows: tried.rows, refusal: null };
  } catch (error) {
    if (!isAboutRows(error) || tried.rows === 0) throw error;
    return { rows: tried.rows, refusal: error };
  }
}

/** A single row that is refused is noted with its reason. */
async function leaveOut(id: Id, refusal: TrellisError, parts: WorkOffParts): Promise<void> {
  const done = await parts.transaction((unit) =>
    step(id, 1, unit, async (set, items) => {
      const subjects = await Promise.all(items.map((item) => parts.work.subject(unit, set, item)));
      return subjects.map((subject) => ({ ...subject, ...reasonOf(refusal) }));
    }),
  );
  if (done !== null) await parts.progress(done);
}

function reasonOf(refusal: TrellisError): Pick<ChangeSetProblem, 'field' | 'code' | 'message'> {
  const [problem] = refusal.errors;
  if (problem === undefined) return { field: null, code: refusal.code, message: refusal.message };
  const field = problem.pointer.split('/').filter((part) => part !== '' && !/^\d+$/.test(part));
  return { field: field.join('.') || null, code: problem.code, message: problem.message };
}

async function step(
  id: Id,
  limit: number,
  { trx }: ChangeUnit,
  work: (set: ChangeSet, items: readonly Id[]) => Promise<readonly ChangeSetProblem[]>,
): Promise<ChangeSet | null> {
  const set = await lockChangeSet(trx, id);
  if (set?.state !== 'running') return null;
  const items = await rowsBehind(trx, id, set.rowsDone, limit);
  if (items.length === 0) return null;
  await advance(trx, id, items.length, await work(set, items));
  return { ...set, rowsDone: set.rowsDone + items.length };
}
