import { Activity } from '@trellis-crm/sdk';
import { asText } from '../fields/entity-field.js';
import { readForm } from '../fields/form-reader.js';
import { problemsOf } from '../form/form-problems.js';
import { formOf } from '../form/plain-form.js';
import { reading } from '../form/record-form.js';
import type { PageCall } from '../page-call.js';
import { goTo, type PageAnswer } from '../page-endpoint.js';
import { activityCall, addedFields } from './add-form.js';
import { showDay } from './day-list.js';
import { planProblems, readPlan } from './plan-form.js';

/** `POST /day`: a task of one's own. */
export async function quickAdd(call: PageCall): Promise<PageAnswer> {
  const form = formOf(call);
  const fields = addedFields(activityCall(call));
  const { values, problems } = readForm(fields, form, reading(call));
  const wrong = [...problems, ...planProblems(form, values['dueAt'])];
  if (wrong.length > 0) return showDay(call, { form, problems: wrong });
  try {
    const owner = call.request.identity.userId;
    const plan = readPlan(call, form, asText(values['dueAt']));
    const input = { ...values, ...plan, kind: 'task' as const, subject: asText(values['subject']), owner };
    const { subject } = await call.ctx.records(Activity).create(input);
    return goTo('/day', { text: call.t('tasks.added', { name: subject }) });
  } catch (error) {
    return showDay(call, { form, problems: problemsOf(error) });
  }
}
