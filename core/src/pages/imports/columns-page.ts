import { isTrellisError } from '@trellis-crm/sdk';
import { Imports, type ImportRecord } from '../../imports/index.js';
import { importableEntity } from '../../imports/mapping/entity-fields.js';
import { planFaults, type PlanFault } from '../../imports/plan/plan-faults.js';
import { textOf } from '../fields/form-reader.js';
import { formOf } from '../form/plain-form.js';
import type { PageCall } from '../page-call.js';
import { goTo, showPage, type PageAnswer } from '../page-endpoint.js';
import { fileRefusalText } from './import-texts.js';
import { stepItems } from './import-view.js';
import { planOf } from './map-form.js';
import { mappingStep, mappingsView } from './mapping-steps.js';
import { columnViews, faultTexts, wholeControls, type MapPageParts } from './map-view.js';

/** `GET /imports/:id/columns`: which column goes where, guessed; nothing is checked yet. */
export async function showColumns(call: PageCall): Promise<PageAnswer> {
  const record = await theImport(call);
  const parts = await partsOf(call, record);
  return parts === null ? goTo(`/imports/${record.id}`) : columnsPage(call, record, parts, []);
}

/** `POST /imports/:id/columns`: keeps what was chosen; has all rows checked when that was asked for. */
export async function changeColumns(call: PageCall): Promise<PageAnswer> {
  const { request, workspace } = call;
  const record = await theImport(call);
  const parts = await partsOf(call, record);
  if (parts === null) return goTo(`/imports/${record.id}`);
  const form = formOf(call);
  const plan = { ...planOf(form, parts), timeZone: call.env.timeZone };
  const imports = workspace.container.resolve(Imports);
  const changed = { ...parts, plan };
  try {
    const answer = await mappingStep(call, form, record, plan);
    if (answer !== null) return answer;
    await imports.plan(record.id, request.identity, plan);
    if (textOf(form, 'step') !== 'check') return goTo(`/imports/${record.id}/columns`);
    const faults = planFaults(plan, parts.target);
    if (faults.length > 0) return await columnsPage(call, record, changed, faultTexts(call, parts.target, faults));
    await imports.startCheck(record.id, request.identity);
    return goTo(`/imports/${record.id}`);
  } catch (error) {
    if (!isTrellisError(error) || error.status !== 422) throw error;
    return columnsPage(call, record, changed, [fileRefusalText(call, error)]);
  }
}

function theImport({ request, workspace }: PageCall): Promise<ImportRecord> {
  return workspace.container.resolve(Imports).get(request.params['id'] ?? '', request.identity);
}

/** What the page needs; null where there is nothing to choose any more. */
async function partsOf(call: PageCall, record: ImportRecord): Promise<MapPageParts | null> {
  const { request, workspace } = call;
  const { plan, header, isDryRun, state } = record;
  const isOver = !isDryRun || state === 'queued' || state === 'running';
  const target =
    plan === null || isOver ? undefined : importableEntity(request.generation, plan.entity, request.identity);
  if (plan === null || target === undefined) return null;
  const imports = workspace.container.resolve(Imports);
  const [rows, unknown] = await Promise.all([imports.sample(record), imports.unknownOptions(record)]);
  return { header, rows, unknown, plan, target };
}

async function columnsPage(
  call: PageCall,
  record: ImportRecord,
  parts: MapPageParts,
  faults: readonly string[],
): Promise<PageAnswer> {
  const { t, render } = call;
  const context = {
    action: `/imports/${record.id}/columns`,
    faults,
    hints: faults.length > 0 ? [] : hintsOf(call, parts),
    source: sourceLine(call, record),
    columns: columnViews(call, parts),
    whole: wholeControls(call, parts),
    ...(await mappingsView(call, parts)),
  };
  const steps = stepItems(call, 'columns');
  const page = {
    title: record.fileName,
    breadcrumbs: [{ label: t('imports.title'), href: '/imports' }, { label: record.fileName }],
    blocks: [
      {
        name: 'header',
        column: 'header' as const,
        html: render('core:imports/head', { title: record.fileName, steps }),
      },
      { name: 'columns', html: render('core:imports/map', context) },
    ],
  };
  return showPage(page, faults.length > 0 ? 422 : 200);
}

/** What is still to be said before rows can be checked. */
function hintsOf(call: PageCall, { plan, target }: MapPageParts): readonly string[] {
  const isSaid = ({ code }: PlanFault): boolean => code === 'field_missing' || code === 'nothing_mapped';
  return faultTexts(call, target, planFaults(plan, target).filter(isSaid));
}

/** `XLSX, sheet "People" · 1,200 rows` */
function sourceLine({ t, env, request }: PageCall, { format, encoding, sheet, rowCount }: ImportRecord): string {
  const kind = t(`imports.source.${sheet === null ? format : 'sheet'}`, {
    encoding: encoding.toUpperCase(),
    sheet: sheet ?? '',
  });
  return t('imports.sourceLine', {
    kind,
    zone: env.timeZone,
    rows: request.generation.views.formatters.number(env, rowCount),
    count: rowCount,
  });
}
