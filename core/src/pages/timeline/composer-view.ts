import { Activity } from '@trellis-crm/sdk';
import { randomUUID } from 'node:crypto';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { fieldsOf, type EntityField } from '../fields/entity-field.js';
import { fieldControl } from '../fields/field-control.js';
import type { FormData } from '../fields/form-reader.js';
import { formProblems, type FormProblems } from '../form/form-problems.js';
import { controlNames, controlSources } from '../form/form-view.js';
import { initialValues } from '../form/form-values.js';
import { problemText } from '../form/problem-text.js';
import type { Problem } from '@trellis-crm/sdk';
import { isWorkedWith } from '../list/list-view.js';
import type { EntityCall } from '../page-call.js';

/** What is written at once: kinds with the fields that each asks for. */
const composed: Readonly<Record<string, readonly string[]>> = {
  note: ['body', 'files'],
  call: ['subject', 'direction', 'outcome', 'occurredAt', 'duration', 'dueAt', 'body', 'files'],
  email: ['subject', 'direction', 'occurredAt', 'body', 'files'],
  meeting: ['subject', 'occurredAt', 'duration', 'dueAt', 'body', 'files'],
};

const icons: Readonly<Record<string, string>> = { note: 'note', call: 'phone', email: 'mail', meeting: 'users' };

/** A composer that somebody fills in: its kind, and what is wrong with what they sent. */
export interface ComposerState {
  readonly kind: string;
  readonly form?: FormData;
  readonly problems?: readonly Problem[];
}

/** Whether activities are added on this record's page. */
export function hasComposer({ entity, ctx }: EntityCall): boolean {
  return entity.definition.id !== Activity.id && isWorkedWith(entity) && ctx.can(`${Activity.id}:create`);
}

/** The kind that the address or a form names; a note unless it is one of those that can be written here. */
export function composedKind(name: unknown): string {
  return typeof name === 'string' && Object.hasOwn(composed, name) ? name : 'note';
}

/** Fields that a kind asks for. */
export function composedFields(call: EntityCall, kind: string): readonly EntityField[] {
  const activity = call.request.generation.entities.get(Activity.id);
  return activity === undefined ? [] : fieldsOf(activity, composed[kind] ?? []);
}

/** Context of `core:timeline/_composer`. */
export async function composerView(
  call: EntityCall,
  state: ComposerState = { kind: composedKind(call.request.url.searchParams.get('compose')) },
): Promise<object> {
  const { entity, request, env, ctx, t } = call;
  const { kind } = state;
  const fields = composedFields(call, kind);
  const form = state.form ?? initialValues(fields, new URL('x:/'), { ...env, now: ctx.clock.now() });
  const problems = formProblems(state.problems ?? [], controlNames(fields, form), problemText(call));
  const base = `/${entity.path}/${request.params['id'] ?? ''}`;
  return {
    kind,
    action: `${base}/activities`,
    key: randomUUID(),
    tabs: Object.keys(composed).map((name) => ({
      label: t(`activity.options.kind.${name}`),
      icon: icons[name] ?? 'activity',
      href: `${base}?compose=${name}#composer`,
      source: `${base}/composer?compose=${name}`,
      isCurrent: name === kind,
      isNote: name === 'note',
    })),
    controls: await controlsOf(call, fields, form, problems),
    general: problems.general,
    submitLabel: t(`timeline.log.${kind}`),
  };
}

async function controlsOf(
  call: EntityCall,
  fields: readonly EntityField[],
  form: FormData,
  problems: FormProblems,
): Promise<readonly object[]> {
  const activity: CompiledEntity | undefined = call.request.generation.entities.get(Activity.id);
  if (activity === undefined) return [];
  const sources = await controlSources({ ...call, entity: activity }, fields, form, problems);
  return fields.map((field) => ({ ...fieldControl(field, sources), isRequired: false }));
}
