import type { ChangeSet } from '../../changes/index.js';
import { isImportOver, isResumable, type ImportRecord, type ProblemGroup } from '../../imports/index.js';
import type { SafeHtml } from '../../views/safe-html.js';
import type { Tone } from '../fields/option-tone.js';
import type { PageCall } from '../page-call.js';
import { textOr } from './import-texts.js';
import { undoView } from './undo-view.js';

/** Steps of an import, in their order. */
const steps = ['upload', 'columns', 'check', 'run', 'report'] as const;

/** One of the steps. */
export type ImportStep = (typeof steps)[number];

/** Context of `ui-steps`: where on its way an import is. */
export function stepItems({ t }: PageCall, current: ImportStep): object {
  const at = steps.indexOf(current);
  return {
    label: t('imports.steps'),
    items: steps.map((step, index) => ({
      label: t(`imports.step.${step}`),
      isDone: index < at,
      isCurrent: index === at,
    })),
  };
}

/** The step an import is at. */
export function stepOf({ state, isDryRun }: ImportRecord): ImportStep {
  if (state === 'draft') return 'columns';
  if (isDryRun) return 'check';
  return state === 'done' ? 'report' : 'run';
}

/** One import in the list of those before. */
export function importRow(call: PageCall, record: ImportRecord): object {
  const { t, env, request } = call;
  const { id, fileName, isDryRun, createdAt, totals } = record;
  const { formatters } = request.generation.views;
  const count = t('imports.rowsIn', { count: totals.created + totals.changed });
  return {
    title: fileName,
    href: `/imports/${id}`,
    note: [formatters.timeAgo(env, createdAt), isDryRun ? t('imports.checked') : count].join(' · '),
    tag: stateTag(call, record),
  };
}

/** Context of `core:imports/outcome`. */
export function outcomeView(call: PageCall, record: ImportRecord, undo: ChangeSet | null): object {
  const { t } = call;
  const { id, isDryRun, rowCount, rowsDone, failure } = record;
  const isRunning = isOpen(record);
  const watched = undo !== null && isOpen(undo) ? undo : record;
  return {
    isRunning,
    isWatched: isOpen(watched),
    src: `/imports/${id}`,
    topic: `job:${watched.id}`,
    trigger: `live:job:${watched.id} from:document, every 5s`,
    progressLabel: t(isDryRun ? 'imports.checking' : 'imports.importing'),
    progressNote: t('imports.progress', { done: rowsDone, total: rowCount }),
    done: rowsDone,
    total: rowCount,
    failure: failure && textOr(call, `imports.refusal.${failure.code}`, {}, failure.message),
    headline: t(headlineKey(record)),
    tone: toneOf(record),
    cancelAction: `/imports/${id}/cancellation`,
    figures: figures(call, record),
    ...nextSteps(call, record, undo),
    ...undoView(call, record, undo),
  };
}

function isOpen({ state }: { readonly state: ImportRecord['state'] | ChangeSet['state'] }): boolean {
  return state === 'queued' || state === 'running';
}

function figures({ t, env, request }: PageCall, { isDryRun, totals }: ImportRecord): object[] {
  const figure = (key: string, count: number): object => ({
    label: t(`imports.${key}`),
    value: request.generation.views.formatters.number(env, count),
    ...(key === 'refused' && count > 0 ? { tone: 'bad' } : {}),
  });
  return [
    figure(isDryRun ? 'wouldCreate' : 'created', totals.created),
    figure(isDryRun ? 'wouldChange' : 'changed', totals.changed),
    figure('unchanged', totals.unchanged),
    figure('refused', totals.refused),
  ];
}

/** After a check the import itself, after that the records; what stopped goes on; what was refused comes back as a file. */
function nextSteps({ t, request }: PageCall, record: ImportRecord, undo: ChangeSet | null): object {
  const { id, entity, state, isDryRun, totals } = record;
  const written = totals.created + totals.changed;
  const when = (isSo: boolean, href: string): string | undefined => (isSo ? href : undefined);
  const isOver = state === 'done';
  const path = request.generation.entities.get(entity)?.path ?? '';
  return {
    runAction: when(isOver && isDryRun && written > 0, `/imports/${id}/run`),
    runLabel: t('imports.run', { count: written }),
    columnsHref: when(isChangeable(record), `/imports/${id}/columns`),
    resumeAction: when(isResumable(record) && undo === null, `/imports/${id}/resumption`),
    refusedHref: when(totals.refused > 0, `/api/v1/imports/${id}/refused.csv?labels=true`),
    listHref: when(!isDryRun && (isOver || state === 'cancelled'), `/${path}`),
  };
}

function isChangeable(record: ImportRecord): boolean {
  return record.isDryRun && record.plan !== null && isImportOver(record);
}

/** The problems of one kind as a table; null when there are none. */
export function problemTable(
  call: PageCall,
  record: ImportRecord,
  groups: readonly ProblemGroup[],
  kind: ProblemGroup['kind'],
): SafeHtml | null {
  const views = groups.filter((group) => group.kind === kind).map((group) => groupView(call, record, group));
  const caption = call.t(kind === 'error' ? 'imports.errors' : 'imports.notices');
  return views.length === 0 ? null : call.render('core:imports/problems', { caption, groups: views });
}

/** Problems of one kind in one column: how often, and the first of them. */
function groupView(
  call: PageCall,
  { format }: Pick<ImportRecord, 'format'>,
  { column, code, count, examples }: ProblemGroup,
): object {
  const { t, env, request } = call;
  const [first] = examples;
  const otherwise = first?.message ?? code;
  return {
    column: column ?? t('imports.wholeRow'),
    text: textOr(call, `imports.problem.${code}`, {}, textOr(call, `problem.${code}`, {}, otherwise)),
    count: request.generation.views.formatters.number(env, count),
    examples: examples.map(({ line, value }) => ({
      where: t(format === 'vcard' ? 'imports.card' : 'imports.line', { line: format === 'vcard' ? line - 1 : line }),
      value: value ?? '',
    })),
  };
}

function stateTag({ t }: PageCall, { state, totals }: ImportRecord): { label: string; tone: Tone } {
  const isPartial = state === 'done' && totals.refused > 0;
  const tones = {
    draft: 'info',
    queued: 'info',
    running: 'info',
    done: isPartial ? 'warn' : 'ok',
    failed: 'bad',
    cancelled: 'warn',
  } as const;
  return { label: t(isPartial ? 'imports.state.partial' : `imports.state.${state}`), tone: tones[state] };
}

function toneOf({ state, failure }: ImportRecord): Tone {
  if (failure !== null) return 'bad';
  return state === 'cancelled' ? 'warn' : 'ok';
}

function headlineKey({ state, isDryRun, failure }: ImportRecord): string {
  if (failure !== null || state === 'failed') return 'imports.failed';
  if (state === 'cancelled') return isDryRun ? 'imports.checkCancelled' : 'imports.cancelled';
  return isDryRun ? 'imports.checkedAll' : 'imports.importedAll';
}
