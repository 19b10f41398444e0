import { isResumable, type ImportProblem, type ImportRecord } from '../../imports/index.js';
import type { Tone } from '../fields/option-tone.js';
import type { PageCall } from '../page-call.js';

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
export function outcomeView(call: PageCall, record: ImportRecord): object {
  const { t } = call;
  const { id, state, isDryRun, rowCount, rowsDone, failure } = record;
  return {
    isRunning: state === 'queued' || state === 'running',
    src: `/imports/${id}`,
    progressLabel: t(isDryRun ? 'imports.checking' : 'imports.importing'),
    progressNote: t('imports.progress', { done: rowsDone, total: rowCount }),
    done: rowsDone,
    total: rowCount,
    failure: failure?.message,
    headline: t(headlineKey(record)),
    tone: failure === null ? 'ok' : 'bad',
    figures: figures(call, record),
    ...nextSteps(call, record),
  };
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
function nextSteps({ t, request }: PageCall, record: ImportRecord): object {
  const { id, entity, state, isDryRun, totals } = record;
  const written = totals.created + totals.changed;
  const when = (isSo: boolean, href: string): string | undefined => (isSo ? href : undefined);
  const isOver = state === 'done';
  const path = request.generation.entities.get(entity)?.path ?? '';
  return {
    runAction: when(isOver && isDryRun && written > 0, `/imports/${id}/run`),
    runLabel: t('imports.run', { count: written }),
    resumeAction: when(isResumable(record), `/imports/${id}/resumption`),
    refusedHref: when(totals.refused > 0, `/api/v1/imports/${id}/refused.csv`),
    listHref: when(isOver && !isDryRun, `/${path}`),
  };
}

/** What was wrong with a row. */
export function problemRow({ t }: PageCall, { line, column, kind, message }: ImportProblem): object {
  const where = column === null ? t('imports.line', { line }) : t('imports.lineColumn', { line, column });
  return {
    title: message,
    note: where,
    tag: { label: t(`imports.kind.${kind}`), tone: kind === 'error' ? 'bad' : 'info' },
  };
}

function stateTag({ t }: PageCall, { state, totals }: ImportRecord): { label: string; tone: Tone } {
  const isPartial = state === 'done' && totals.refused > 0;
  const tones = { queued: 'info', running: 'info', done: isPartial ? 'warn' : 'ok', failed: 'bad' } as const;
  return { label: t(isPartial ? 'imports.state.partial' : `imports.state.${state}`), tone: tones[state] };
}

function headlineKey({ state, isDryRun, failure }: ImportRecord): string {
  if (failure !== null || state === 'failed') return 'imports.failed';
  return isDryRun ? 'imports.checkedAll' : 'imports.importedAll';
}
