import { Activity, type GuardedChange, type Id, type RecordOf, type TransactionContext } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Workspace } from '../workspace/workspace.js';
import { nextOccurrence } from './next-occurrence.js';
import { copiesOf, type CopyRules } from './next-task.js';

type Task = RecordOf<typeof Activity>;
type Change = GuardedChange<typeof Activity>;

/** Makes the next ones of tasks that were just done and come again, and takes back those of tasks that are to be done after all. */
export async function followUp(
  workspace: Workspace,
  tx: TransactionContext,
  changes: readonly Change[],
): Promise<void> {
  const done = changes.flatMap(({ before, after }) => (before?.doneAt === null && isOver(after) ? [after] : []));
  const undone = changes.flatMap(({ before, after }) => (isOver(before) && after?.doneAt === null ? [after.id] : []));
  if (done.length + undone.length === 0) return;
  // Who may change a task may have it followed by another.
  tx.authorize(`${Activity.id}:update`);
  if (done.length > 0) await makeNext(workspace, tx, done);
  if (undone.length > 0) await takeBack(workspace, tx, undone);
}

function isOver(task: Task | null): task is Task {
  return typeof task?.doneAt === 'string' && task.recurrence !== null && task.dueAt !== null;
}

/** One for each that has none yet. */
async function makeNext(workspace: Workspace, tx: TransactionContext, done: readonly Task[]): Promise<void> {
  const { database } = workspace;
  const zones = await database.tx((trx) => zonesOf(trx, done));
  const now = tx.clock.now();
  const nexts = done.flatMap((task) => {
    const zone = zones.get(task.owner ?? '') ?? workspace.info().timeZone;
    const { dueAt, remindAt, recurrence } = task;
    const next = nextOccurrence({ dueAt: dueAt ?? '', remindAt, recurrence: recurrence ?? '' }, zone, now);
    return next === null ? [] : [{ id: task.id, task, next }];
  });
  const ids = nexts.map(({ id }) => id);
  const fresh = new Set(await database.tx((trx) => claim(trx, ids)));
  const wanted = nexts.filter(({ id }) => fresh.has(id));
  if (wanted.length === 0) return;
  const rules = copyRules(workspace, tx);
  const copies = await database.tx((trx) =>
    copiesOf(
      trx,
      rules,
      wanted.map(({ task }) => task),
    ),
  );
  const inputs = wanted.flatMap(({ id, next }) => {
    const copy = copies.get(id);
    return copy === undefined ? [] : [{ ...copy, ...next }];
  });
  const made = await tx.elevated().records(Activity).createMany(inputs);
  const pairs = wanted.map(({ id }, place) => ({ id, next: made[place]?.id }));
  await database.tx((trx) => note(trx, pairs));
}

function copyRules(workspace: Workspace, tx: TransactionContext): CopyRules {
  const { entities } = workspace.generation();
  const activity = entities.get(Activity.id);
  if (activity === undefined) throw new Error('activities are declared by the core');
  const mayWrite: CopyRules['mayWrite'] = ({ permissions }) =>
    permissions === null || (tx.can(permissions.read) && tx.can(permissions.write));
  return { activity, entities, mayWrite };
}

/** The time zones of those owners who chose one. */
async function zonesOf(trx: Knex, tasks: readonly Task[]): Promise<ReadonlyMap<Id, string>> {
  const owners = [...new Set(tasks.flatMap(({ owner }) => owner ?? []))];
  const rows = await trx<{ id: Id; time_zone: string | null }>('core.users')
    .whereIn('id', owners)
    .whereNotNull('time_zone')
    .select('id', 'time_zone');
  return new Map(rows.flatMap(({ id, time_zone: zone }) => (zone === null ? [] : [[id, zone] as const])));
}

/** Those of the tasks that nothing followed so far. */
async function claim(trx: Knex, ids: readonly Id[]): Promise<readonly Id[]> {
  const { rows } = await trx.raw<{ rows: { readonly id: Id }[] }>(
    `insert into core.activity_successors (activity_id) select unnest(?::uuid[])
     on conflict do nothing returning activity_id as id`,
    [[...ids]],
  );
  return rows.map(({ id }) => id);
}

async function note(trx: Knex, pairs: readonly { readonly id: Id; readonly next: Id | undefined }[]): Promise<void> {
  await trx.raw(
    `update core.activity_successors s set next_id = p.next
     from jsonb_to_recordset(?::jsonb) as p(id uuid, next uuid) where s.activity_id = p.id`,
    [JSON.stringify(pairs)],
  );
}

/** What followed goes to the trash, unless somebody changed it since. */
async function takeBack({ database }: Workspace, tx: TransactionContext, undone: readonly Id[]): Promise<void> {
  const { rows } = await database.tx((trx) => trx.raw<{ rows: { readonly next: Id }[] }>(untouched, [[...undone]]));
  const records = tx.elevated().records(Activity);
  for (const { next } of rows) await records.trash(next);
}

const untouched = `
  delete from core.activity_successors s using core.activities a
  where s.activity_id = any(?::uuid[]) and a.id = s.next_id
    and a.version = 1 and a.done_at is null and a.deleted_at is null
  returning s.next_id as next`;
