import { Activity, type Problem } from '@trellis-crm/sdk';
import { activityCall } from '../day/add-form.js';
import { planProblems, readPlan } from '../day/plan-form.js';
import { asText, type RecordValues } from '../fields/entity-field.js';
import { readForm } from '../fields/form-reader.js';
import { problemsOf } from '../form/form-problems.js';
import { formWithFiles } from '../form/sent-files.js';
import { formOf } from '../form/plain-form.js';
import { reading } from '../form/record-form.js';
import type { EntityCall } from '../page-call.js';
import { composedAs, composedFields, composedKind } from './composed-kinds.js';
import type { ComposerState } from './composer-view.js';

/** Adds the activity that was written. @returns what to show again when something is wrong; null when it is there */
export async function addComposed(call: EntityCall): Promise<ComposerState | null> {
  const kind = composedKind(formOf(call)['kind']);
  const fields = composedFields(activityCall(call).entity, kind);
  const { form, problems: unsent } = formWithFiles(call, fields);
  const { values, problems: unread } = readForm(fields, form, reading(call));
  const input = completed(call, kind, values);
  const { isPlanned } = composedAs(kind);
  const unplanned = isPlanned ? planProblems(form, values['dueAt']) : [];
  const wrong = [...unsent, ...unread, ...unplanned, ...(input === null ? [nothingSaid] : [])];
  if (input === null || wrong.length > 0) return { kind, form, problems: wrong };
  try {
    const plan = isPlanned ? readPlan(call, form, asText(values['dueAt'])) : {};
    await call.ctx.records(Activity).create({ ...input, ...plan });
    return null;
  } catch (error) {
    return { kind, form, problems: problemsOf(error) };
  }
}

const nothingSaid: Problem = { pointer: '/body', code: 'required', message: 'is required' };

type Input = Parameters<ReturnType<EntityCall['ctx']['records']>['create']>[0] & {
  readonly kind: 'note';
  readonly subject: string;
};

/** Controls know minutes: what happened in the one that runs happened now, or it would stand below what was added before it. */
function isNow({ ctx }: EntityCall, moment: unknown): boolean {
  return asText(moment).slice(0, 16) === ctx.clock.now().toISOString().slice(0, 16);
}

/** Without a subject the first line speaks. Null when nothing was said. What is empty is left to its default. */
function completed(call: EntityCall, kind: string, values: RecordValues): Input | null {
  const given = Object.entries(values).filter(
    ([name, value]) => value !== null && !(name === 'occurredAt' && isNow(call, value)),
  );
  const [firstLine = ''] = asText(values['body']).split('\n');
  const subject = asText(values['subject']) || firstLine.slice(0, 200).trim();
  if (subject === '' && composedAs(kind).needsText) return null;
  const { entity, request, t } = call;
  return {
    ...Object.fromEntries(given),
    kind: kind as 'note',
    subject: subject === '' ? t(`activity.options.kind.${kind}`) : subject,
    links: [{ entity: entity.definition.id, id: request.params['id'] ?? '' }],
  };
}
