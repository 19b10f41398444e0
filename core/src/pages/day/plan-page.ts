import { Activity } from '@trellis-crm/sdk';
import type { FormData } from '../fields/form-reader.js';
import { noProblems, type FormProblems } from '../form/form-problems.js';
import { formOf, problemsIn } from '../form/plain-form.js';
import type { PageCall } from '../page-call.js';
import { goTo, showPage, type PageAnswer } from '../page-endpoint.js';
import { planView, readPlan } from './plan-form.js';

/** `GET /day/:id/plan`: when one is reminded of a task, and how it comes again. */
export function showPlan(call: PageCall): Promise<PageAnswer> {
  return show(call, noProblems);
}

/** `POST /day/:id/plan`: keeps what was chosen. */
export async function takePlan(call: PageCall): Promise<PageAnswer> {
  const { ctx, t, request } = call;
  const records = ctx.records(Activity);
  const task = await records.get(request.params['id'] ?? '');
  ctx.authorize(`${Activity.id}:update`, task);
  const form = formOf(call);
  const { ifVersion } = request;
  const shown = typeof ifVersion === 'number' ? { version: ifVersion } : {};
  const problems = await problemsIn(call, ['recurrence', 'remindAt'], () =>
    records.update(task.id, task.dueAt === null ? {} : readPlan(call, form, task.dueAt), shown),
  );
  if (problems !== null) return show(call, problems, form);
  return goTo('/day', { text: t('tasks.plan.saved', { name: task.subject }) });
}

async function show(call: PageCall, problems: FormProblems, form?: FormData): Promise<PageAnswer> {
  const { ctx, t, render, request } = call;
  const task = await ctx.records(Activity).get(request.params['id'] ?? '');
  const title = t('tasks.plan.of', { name: task.subject });
  const errors = [...problems.general, ...problems.byControl.values()];
  const html = render('core:tasks/plan', {
    ...{ title, action: `/day/${task.id}/plan`, version: task.version, errors },
    plan: planView(call, { ...task }, ...(form === undefined ? [] : [form])),
  });
  const breadcrumbs = [{ label: t('tasks.title'), href: '/day' }, { label: title }];
  return showPage({ title, breadcrumbs, blocks: [{ name: 'plan', html }] }, errors.length > 0 ? 422 : 200);
}
