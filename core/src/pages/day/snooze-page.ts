import { Activity } from '@trellis-crm/sdk';
import { toLocalInput } from '../fields/zoned-time.js';
import { noProblems, type FormProblems } from '../form/form-problems.js';
import type { PageCall } from '../page-call.js';
import { showPage, type PageAnswer } from '../page-endpoint.js';
import { snoozeChoices } from './task-view.js';

/** `GET /day/:id/snooze`: until when a task is put off, for a date of one's own. */
export async function showSnooze(call: PageCall, problems: FormProblems = noProblems): Promise<PageAnswer> {
  const { ctx, t, render, env, request } = call;
  const task = await ctx.records(Activity).get(request.params['id'] ?? '');
  const title = t('tasks.snooze.of', { name: task.subject });
  const html = render('core:tasks/snooze', {
    ...{ title, action: `/day/${task.id}/snooze`, choices: snoozeChoices(call) },
    ...{ submitLabel: t('tasks.snooze.title'), cancelHref: '/day' },
    value: typeof task.dueAt === 'string' ? toLocalInput(task.dueAt, env.timeZone) : undefined,
    error: problems.byControl.get('dueAt') ?? problems.general[0],
  });
  const breadcrumbs = [{ label: t('tasks.title'), href: '/day' }, { label: title }];
  const isRefused = problems.byControl.size + problems.general.length > 0;
  return showPage({ title, breadcrumbs, blocks: [{ name: 'snooze', html }] }, isRefused ? 422 : 200);
}
