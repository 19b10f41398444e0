import { Activity, type Problem } from '@trellis-crm/sdk';
import { randomUUID } from 'node:crypto';
import { fieldsOf, type EntityField } from '../fields/entity-field.js';
import { fieldControl } from '../fields/field-control.js';
import type { FormData } from '../fields/form-reader.js';
import { formProblems } from '../form/form-problems.js';
import { controlNames, controlSources } from '../form/form-view.js';
import { problemText } from '../form/problem-text.js';
import type { EntityCall, PageCall } from '../page-call.js';
import { planView } from './plan-form.js';

/** A task that somebody fills in, and what is wrong with it. */
export interface AddState {
  readonly form: FormData;
  readonly problems: readonly Problem[];
}

/** What a task needs to be one; what it is about is behind a click. */
const shortFields = ['subject', 'dueAt'];
const furtherFields = ['links'];

/** Context of the form above the tasks. */
export async function addForm(call: PageCall, state: AddState = { form: {}, problems: [] }): Promise<object> {
  const activity = activityCall(call);
  const { form } = state;
  const fields = addedFields(activity);
  const problems = formProblems(state.problems, controlNames(fields, form), problemText(call));
  const sources = await controlSources(activity, fields, form, problems);
  const controlsOf = (paths: readonly string[]): readonly object[] =>
    fieldsIn(activity, paths).map((field) => ({ ...fieldControl(field, sources), isRequired: false }));
  return {
    key: randomUUID(),
    controls: controlsOf(shortFields).map((control) => ({ ...control, hint: undefined })),
    further: controlsOf(furtherFields),
    plan: planView(call, null, form),
    isOpen: Object.keys(form).length > 0,
    general: problems.general,
  };
}

/** The call, about activities. */
export function activityCall(call: PageCall): EntityCall {
  const entity = call.request.generation.entities.get(Activity.id);
  if (entity === undefined) throw new Error('core has no activities');
  return { ...call, entity };
}

/** All that the form asks for. */
export function addedFields(activity: EntityCall): readonly EntityField[] {
  return fieldsIn(activity, [...shortFields, ...furtherFields]);
}

function fieldsIn({ entity }: EntityCall, paths: readonly string[]): readonly EntityField[] {
  return fieldsOf(entity, paths);
}
