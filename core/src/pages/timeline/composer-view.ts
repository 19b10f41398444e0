import { Activity } from '@trellis-crm/sdk';
import { randomUUID } from 'node:crypto';
import { activityCall } from '../day/add-form.js';
import { planView } from '../day/plan-form.js';
import type { EntityField } from '../fields/entity-field.js';
import { fieldControl } from '../fields/field-control.js';
import type { FormData } from '../fields/form-reader.js';
import { formProblems } from '../form/form-problems.js';
import { controlNames, controlSources } from '../form/form-view.js';
import { initialValues } from '../form/form-values.js';
import { problemText } from '../form/problem-text.js';
import type { Problem } from '@trellis-crm/sdk';
import { isWorkedWith } from '../list/list-view.js';
import type { EntityCall } from '../page-call.js';
import { composedAs, composedFields, composedKind, composedKinds, shownAtOnce } from './composed-kinds.js';

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

/** Context of `core:timeline/_composer`. */
export async function composerView(
  call: EntityCall,
  state: ComposerState = { kind: composedKind(call.request.url.searchParams.get('compose')) },
): Promise<object> {
  const { t } = call;
  const { kind } = state;
  const activity = activityCall(call);
  const fields = composedFields(activity.entity, kind);
  const form = state.form ?? emptyForm(call, fields);
  const problems = formProblems(state.problems ?? [], controlNames(fields, form), problemText(call));
  const sources = await controlSources(activity, fields, form, problems);
  const { further, isPlanned } = composedAs(kind);
  const controls = fields.map((field) => ({
    ...{ ...fieldControl(field, sources), isRequired: false },
    ...(isPlanned && field.path === 'dueAt' && { hint: undefined }),
  }));
  return {
    kind,
    action: `${addressOf(call)}/activities`,
    key: randomUUID(),
    ...kindsView(call, kind),
    controls: controls.filter(({ name }) => !further.includes(name)),
    further: controls.filter(({ name }) => further.includes(name)),
    plan: isPlanned ? planView(call, null, form) : null,
    ...(further.length > 0 && { furtherLabel: t(isPlanned ? 'timeline.furtherPlan' : 'timeline.further') }),
    isOpen: state.form !== undefined,
    general: problems.general,
    submitLabel: t(`timeline.log.${kind}`),
  };
}

function addressOf({ entity, request }: EntityCall): string {
  return `/${entity.path}/${request.params['id'] ?? ''}`;
}

function emptyForm({ env, ctx, request }: EntityCall, fields: readonly EntityField[]): FormData {
  const values = initialValues(fields, new URL('x:/'), { ...env, now: ctx.clock.now() });
  const { userId } = request.identity;
  return userId !== null && fields.some(({ path }) => path === 'owner') ? { ...values, owner: userId } : values;
}

/** Ways to the other kinds: those that are shown at once, and the one that is open, are tabs. */
function kindsView(call: EntityCall, current: string): object {
  const base = addressOf(call);
  const kinds = Object.entries(composedKinds).map(([name, { icon }]) => ({
    name,
    icon,
    label: call.t(`activity.options.kind.${name}`),
    href: `${base}?compose=${name}#composer`,
    source: `${base}/composer?compose=${name}`,
    isCurrent: name === current,
    isNote: name === 'note',
  }));
  const isTab = ({ name, isCurrent }: (typeof kinds)[number]): boolean => isCurrent || shownAtOnce.has(name);
  return {
    tabs: kinds.filter(isTab),
    others: [{ items: kinds.filter((kind) => !isTab(kind)).map(({ label, icon, href }) => ({ label, icon, href })) }],
  };
}
