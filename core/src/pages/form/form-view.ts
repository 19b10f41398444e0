import { randomUUID } from 'node:crypto';
import type { Problem } from '@trellis-crm/sdk';
import { displayField } from '../fields/field-display.js';
import {
  asText,
  extensionFields,
  formFields,
  targetOf,
  titleOf,
  type EntityField,
  type RecordValues,
} from '../fields/entity-field.js';
import type { ControlSources } from '../fields/control-sources.js';
import { fieldControl, refsInForm } from '../fields/field-control.js';
import { linkTargets } from '../fields/links-control.js';
import type { FormData } from '../fields/form-reader.js';
import { loadNames, loadNamesOf } from '../fields/record-names.js';
import { similarView, type SimilarRecord } from '../duplicates/similar-records.js';
import { Settings } from '../../settings/index.js';
import { displaySources } from '../list/list-view.js';
import type { EntityCall } from '../page-call.js';
import { formProblems, type FormProblems } from './form-problems.js';
import { problemText } from './problem-text.js';
import { fieldsOfForm } from './record-form.js';

/** What a form page shows. */
export interface FormState {
  /** Null while it does not exist yet. */
  readonly record: RecordValues | null;
  readonly form: FormData;
  readonly problems?: readonly Problem[];
  /** Fields that somebody else changed while this form was open. */
  readonly conflicts?: readonly EntityField[];
  /** Records that are likely the one to be added or changed, which nobody has looked at yet. */
  readonly similar?: readonly SimilarRecord[];
}

/** Context of `core:records/form`. */
export async function formView(call: EntityCall, state: FormState, title: string): Promise<object> {
  const { entity } = call;
  const { path } = entity;
  const groups = formGroups(call)
    .map((group) => ({ ...group, fields: fieldsOfForm(group.fields, state.form) }))
    .filter((group) => group.fields.length > 0);
  const fields = groups.flatMap((group) => group.fields);
  const problems = formProblems(state.problems ?? [], controlNames(fields, state.form), problemText(call));
  const sources = await controlSources(call, fields, state.form, problems);
  const home = state.record === null ? `/${path}` : `/${path}/${String(state.record['id'])}`;
  return {
    title,
    action: state.record === null ? `/${path}/new` : `${home}/edit`,
    version: versionMeant(call, state),
    key: randomUUID(),
    isUpload: fields.some(({ field }) => field.kind === 'files'),
    fieldNames: fields.map(({ path: name }) => name).join(' '),
    cancelHref: home,
    submitLabel: call.t(submitKey(state)),
    errors: errorList(problems),
    conflicts: await conflictViews(call, state),
    similar: similarView(call, state.similar ?? [], state.record),
    groups: groups.map(({ label, fields: own }) => ({
      label,
      controls: own.map((field) => fieldControl(field, sources)),
    })),
  };
}

/** The version that is changed: that of the form as it was opened, until somebody was shown what another one changed meanwhile. */
function versionMeant({ request: { ifVersion } }: EntityCall, { record, conflicts }: FormState): unknown {
  return typeof ifVersion === 'number' && conflicts === undefined ? ifVersion : record?.['version'];
}

function submitKey({ record, similar = [] }: FormState): string {
  if (record !== null) return similar.length === 0 ? 'form.save' : 'duplicates.saveAnyway';
  return similar.length === 0 ? 'form.create' : 'duplicates.createAnyway';
}

/** Everything controls are built from: names behind refs, short lists to choose from, errors in place. */
export async function controlSources(
  call: EntityCall,
  fields: readonly EntityField[],
  form: FormData,
  problems: FormProblems,
): Promise<ControlSources> {
  const { request, labels, env, entity, workspace } = call;
  const { generation } = request;
  const { furtherCurrencies } = workspace.container.resolve(Settings).current();
  const currencies = [env.currency, ...furtherCurrencies];
  const [names, choices] = await Promise.all([
    loadNamesOf(call, refsInForm(entity, fields, form)),
    lookupChoices(call, fields),
  ]);
  return {
    generation,
    entity,
    labels,
    names,
    choices,
    currencies,
    form,
    hiddenName: call.t('value.hidden'),
    errors: problems.byControl,
  };
}

/** Names of all controls a form has, so that a problem finds its place. */
export function controlNames(fields: readonly EntityField[], form: FormData): ReadonlySet<string> {
  return new Set([...fields.map(({ path }) => path), ...Object.keys(form).filter((name) => !name.startsWith('_'))]);
}

interface FieldGroup {
  readonly label: string | null;
  readonly fields: readonly EntityField[];
}

function formGroups({ t, entity }: EntityCall): FieldGroup[] {
  const own = { label: null, fields: formFields(entity).filter(isWritable) };
  const extended = extensionFields(entity).map(({ plugin, fields }) => ({
    label: t(`${plugin}:plugin.name`),
    fields: fields.filter(isWritable),
  }));
  return [own, ...extended].filter(({ fields }) => fields.length > 0);
}

function isWritable({ field }: EntityField): boolean {
  return field.readOnly !== true;
}

function errorList({ byControl, general }: FormProblems): object[] {
  return [...general.map((message) => ({ message })), ...[...byControl].map(([name, message]) => ({ name, message }))];
}

/** Up to 50 records per entity referred to, by name: the whole choice where there are few, a first one elsewhere. One query per entity. */
export async function lookupChoices(
  { ctx, request, entity }: EntityCall,
  fields: readonly EntityField[],
): Promise<ControlSources['choices']> {
  const refs = fields
    .flatMap(({ field }) =>
      field.kind === 'links' || field.kind === 'files' ? [] : [field, ...Object.values(field.item ?? {})],
    )
    .filter(({ kind }) => kind === 'ref');
  const linked = fields
    .filter(({ field }) => field.kind === 'links')
    .flatMap(({ field }) => linkTargets(request.generation, entity, field));
  const referred = [...new Set(refs.map((field) => targetOf(entity, field)))].flatMap(
    (id) => request.generation.entities.get(id) ?? [],
  );
  const targets = [...new Set([...referred, ...linked])];
  const readable = targets.filter(({ definition }) => request.identity.reach(`${definition.id}:read`) !== null);
  const loaded = readable.map(async (target) => {
    const { definition } = target;
    const records: readonly RecordValues[] = await ctx.query(definition).sort(definition.title).limit(50);
    return [
      definition.id,
      records.map((record) => ({ value: asText(record['id']), label: titleOf(target, record) })),
    ] as const;
  });
  return new Map(await Promise.all(loaded));
}

async function conflictViews(call: EntityCall, { conflicts = [], record }: FormState): Promise<object[]> {
  const { entity } = call;
  if (conflicts.length === 0 || record === null) return [];
  const names = await loadNames(call, conflicts, [record]);
  const sources = displaySources(call, names);
  return conflicts.map((field) => ({
    label: call.labels.field(entity, field),
    value: displayField(entity, field, record, sources),
  }));
}
