import { Activity, isTrellisError } from '@trellis-crm/sdk';
import { fromLocalInput } from '../fields/zoned-time.js';
import { textOf } from '../fields/form-reader.js';
import { formOf, problemsIn } from '../form/plain-form.js';
import type { PageCall } from '../page-call.js';
import { goTo, type PageAnswer } from '../page-endpoint.js';
import { showSnooze } from './snooze-page.js';
import type { Task } from './task-view.js';

/** `POST /day/:id/completion`: it was done, now; what was done already stays as it was. */
export async function completeTask(call: PageCall): Promise<PageAnswer> {
  const { ctx, t } = call;
  const records = ctx.records(Activity);
  const task = await records.get(idOf(call));
  ctx.authorize(`${Activity.id}:update`, task);
  if (task.doneAt !== null) return goTo('/day', { text: t('timeline.completed', { name: task.subject }) });
  const now = ctx.clock.now().toISOString();
  const { version } = await records.update(task.id, { doneAt: now, occurredAt: now }, { version: task.version });
  const undoAction = reversal(task.id, version, { doneAt: '', occurredAt: task.occurredAt });
  return goTo('/day', { text: t('timeline.completed', { name: task.subject }), undoAction });
}

/** `POST /day/:id/snooze`: due later, at a moment that was offered or one that was typed in the person's zone. */
export async function snoozeTask(call: PageCall): Promise<PageAnswer> {
  const { ctx, t, env, request } = call;
  const form = formOf(call);
  const typed = textOf(form, 'at');
  const until = typed === '' ? textOf(form, 'until') : (fromLocalInput(typed, env.timeZone) ?? typed);
  const records = ctx.records(Activity);
  const task = await records.get(idOf(call));
  const undo: string[] = [];
  const problems = await problemsIn(call, ['dueAt'], async () => {
    const { version } = await records.update(task.id, { dueAt: until, ...movedReminder(task, until) });
    undo.push(reversal(task.id, version, { dueAt: task.dueAt, remindAt: task.remindAt }));
  });
  if (problems !== null) return showSnooze(call, problems);
  const moment = request.generation.views.formatters.dateTime(env, until);
  const [undoAction = '/day'] = undo;
  return goTo('/day', { text: t('tasks.snooze.done', { name: task.subject, moment }), undoAction });
}

/** The reminder keeps its distance. */
function movedReminder({ dueAt, remindAt }: Task, until: string): { readonly remindAt?: string } {
  const moved = Date.parse(remindAt ?? '') + Date.parse(until) - Date.parse(dueAt ?? '');
  return Number.isNaN(moved) ? {} : { remindAt: new Date(moved).toISOString() };
}

const reversible = ['doneAt', 'dueAt', 'occurredAt', 'remindAt'] as const;
type Reversible = (typeof reversible)[number];

/** Address that puts values back, as long as nobody changed the task since. */
function reversal(id: string, version: number, values: Readonly<Partial<Record<Reversible, string | null>>>): string {
  const given = Object.entries(values).map(([name, value]): [string, string] => [name, value ?? '']);
  return `/day/${id}/reversal?${new URLSearchParams([['version', String(version)], ...given]).toString()}`;
}

/** `POST /day/:id/reversal`: as it was before, unless it was changed since. */
export async function takeBack(call: PageCall): Promise<PageAnswer> {
  const { ctx, t, request } = call;
  const { searchParams } = request.url;
  const version = Number(searchParams.get('version') ?? 0);
  const given = reversible.filter((name) => searchParams.has(name));
  const patch = Object.fromEntries(given.map((name) => [name, searchParams.get(name) || null]));
  try {
    const { subject } = await ctx.records(Activity).update(idOf(call), patch, { version });
    return goTo('/day', { text: t('tasks.reversed', { name: subject }) });
  } catch (error) {
    if (!isTrellisError(error) || error.kind !== 'stale') throw error;
    return goTo('/day', { text: t('tasks.changedSince'), tone: 'bad' });
  }
}

/** The task that the address names. */
function idOf({ request }: PageCall): string {
  return request.params['id'] ?? '';
}
