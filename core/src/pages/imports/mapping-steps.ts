import { Imports, type ImportRecord } from '../../imports/index.js';
import type { ImportPlan } from '../../imports/plan/import-plan.js';
import { textOf, type FormData } from '../fields/form-reader.js';
import type { PageCall } from '../page-call.js';
import { goTo, type PageAnswer } from '../page-endpoint.js';
import type { MapPageParts } from './map-view.js';

/** What the page about the columns offers of mappings that were kept. */
export async function mappingsView(call: PageCall, { header, plan }: MapPageParts): Promise<object> {
  const { t, request, workspace } = call;
  const question = { entity: plan.entity, userId: request.identity.userId };
  const fitting = await workspace.container.resolve(Imports).mappings.fitting(question, header);
  return {
    mayKeep: request.identity.userId !== null,
    mappings: fitting.map(({ id, name, isOwn, isShared }) => ({
      value: id,
      label: isShared ? t(isOwn ? 'imports.mapping.sharedByMe' : 'imports.mapping.shared', { name }) : name,
    })),
  };
}

/** Uses, keeps or forgets a mapping, where the form asked for that; null where it did not. */
export async function mappingStep(
  call: PageCall,
  form: FormData,
  record: ImportRecord,
  plan: ImportPlan,
): Promise<PageAnswer | null> {
  const step = steps[textOf(form, 'step')];
  return step === undefined ? null : step(call, form, record, plan);
}

type Step = (call: PageCall, form: FormData, record: ImportRecord, plan: ImportPlan) => Promise<PageAnswer>;

const steps: Readonly<Record<string, Step | undefined>> = { use: useMapping, keep: keepMapping, forget: forgetMapping };

async function useMapping(
  { t, request, workspace }: PageCall,
  form: FormData,
  record: ImportRecord,
  plan: ImportPlan,
): Promise<PageAnswer> {
  const imports = workspace.container.resolve(Imports);
  const question = { entity: plan.entity, userId: request.identity.userId };
  const fitting = await imports.mappings.fitting(question, record.header);
  const chosen = fitting.find(({ id }) => id === textOf(form, 'mapping'));
  const back = `/imports/${record.id}/columns`;
  if (chosen === undefined) return goTo(back, { text: t('imports.mapping.none'), tone: 'bad' });
  await imports.plan(record.id, request.identity, chosen.plan);
  return goTo(back, { text: t('imports.mapping.used', { name: chosen.name }) });
}

async function keepMapping(
  { t, request, workspace }: PageCall,
  form: FormData,
  record: ImportRecord,
  plan: ImportPlan,
): Promise<PageAnswer> {
  const imports = workspace.container.resolve(Imports);
  const name = textOf(form, 'mappingName').slice(0, 100);
  const back = `/imports/${record.id}/columns`;
  await imports.plan(record.id, request.identity, plan);
  const { userId } = request.identity;
  if (name === '' || userId === null) return goTo(back, { text: t('imports.mapping.nameNeeded'), tone: 'bad' });
  await imports.mappings.keep(userId, { name, isShared: textOf(form, 'isShared') !== '', plan });
  return goTo(back, { text: t('imports.mapping.kept', { name }) });
}

async function forgetMapping(
  { t, request, workspace }: PageCall,
  form: FormData,
  record: ImportRecord,
): Promise<PageAnswer> {
  const { mappings } = workspace.container.resolve(Imports);
  await mappings.forget(request.identity.userId, textOf(form, 'mapping'));
  return goTo(`/imports/${record.id}/columns`, { text: t('imports.mapping.forgotten') });
}
