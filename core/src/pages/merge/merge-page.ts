import { isTrellisError, NotFoundError } from '@trellis-crm/sdk';
import type { SafeHtml } from '../../views/safe-html.js';
import { readApi, callApi } from '../api-client.js';
import { patchBlocks } from '../block-patches.js';
import type { SimilarRecord } from '../duplicates/similar-records.js';
import { reasonTexts } from '../duplicates/similar-records.js';
import { asText, titleOf, type RecordValues } from '../fields/entity-field.js';
import { textOf, type FormData } from '../fields/form-reader.js';
import { problemsOf } from '../form/form-problems.js';
import { formOf } from '../form/plain-form.js';
import { problemText } from '../form/problem-text.js';
import type { EntityCall } from '../page-call.js';
import { orTold } from '../or-told.js';
import { goTo, showPage, type PageAnswer } from '../page-endpoint.js';
import { chosenPrefix } from './control-names.js';
import { mergeView } from './merge-view.js';

/** `GET /<path>/merge?ids=…,…&with=…`: records side by side, a choice per field; with one record, those it may be merged with. */
export async function showMerge(call: EntityCall): Promise<PageAnswer> {
  const { searchParams } = call.request.url;
  const asked = ['ids', 'with'].flatMap((name) => (searchParams.get(name) ?? '').split(','));
  const records = await readAsked(call, asked);
  return records.length === 1 ? showChoice(call, records) : showComparison(call, records, {});
}

/** `POST /<path>/merge`: merges and leads to the winner, with a way back; or shows the page again with what is wrong. */
export async function takeMerge(call: EntityCall): Promise<PageAnswer> {
  const { entity, t } = call;
  const form = formOf(call);
  const ids = textOf(form, 'ids').split(',');
  const winner = textOf(form, 'winner');
  const chosen = Object.entries(form).filter(
    ([name, value]) => name.startsWith(chosenPrefix) && typeof value === 'string',
  );
  const fields = Object.fromEntries(chosen.map(([name, value]) => [name.slice(chosenPrefix.length), value]));
  try {
    const body = { winner, losers: ids.filter((id) => id !== winner), fields };
    const answer = await callApi(call, 'POST', `/${entity.path}/merge`, { body });
    const { changeSet } = answer.body as { readonly changeSet: string };
    const text = t('merge.done', { count: ids.length, entities: call.labels.manyInText(entity.definition) });
    return goTo(`/${entity.path}/${winner}`, { text, undoAction: `/${entity.path}/${winner}/unmerge/${changeSet}` });
  } catch (error) {
    if (isTrellisError(error) && error.code === 'already_merged')
      return goTo(`/${entity.path}/${asText(error.details['into'])}`, { text: t('merge.already'), tone: 'bad' });
    return showComparison(call, await readAsked(call, ids), form, error);
  }
}

/** `POST /<path>/:id/unmerge/:changeSet`: takes a merge back, in the background. */
export async function takeUnmerge(call: EntityCall): Promise<PageAnswer> {
  const { params } = call.request;
  const record = `/${call.entity.path}/${params['id'] ?? ''}`;
  return orTold(call, record, async () => {
    await callApi(call, 'POST', `/change-sets/${params['changeSet'] ?? ''}/undo`);
    return goTo(record, { text: call.t('merge.undoing') });
  });
}

/** Those that are there and may be seen, in the order asked for. @throws NotFoundError when there are none */
async function readAsked({ ctx, entity }: EntityCall, ids: readonly string[]): Promise<readonly RecordValues[]> {
  const wanted = [...new Set(ids)].filter((id) => id !== '').slice(0, mostRecords);
  const found: readonly object[] = wanted.length === 0 ? [] : await ctx.records(entity.definition).getMany(wanted);
  const byId = new Map((found as readonly RecordValues[]).map((record) => [asText(record['id']), record]));
  const records = wanted.map((id) => byId.get(id)).filter((record) => record !== undefined);
  if (records.length === 0) throw new NotFoundError(`${entity.definition.noun}_not_found`);
  return records;
}

const mostRecords = 5;

async function showChoice(call: EntityCall, [record = {}]: readonly RecordValues[]): Promise<PageAnswer> {
  const { entity, t } = call;
  const id = asText(record['id']);
  const similar =
    entity.duplicates.length === 0
      ? []
      : (await readApi<{ readonly data: readonly SimilarRecord[] }>(call, `/${entity.path}/duplicates`, { id })).data;
  const title = t('merge.with', { name: titleOf(entity, record) });
  const view = {
    title,
    id,
    action: `/${entity.path}/merge`,
    searchHref: `/${entity.path}/options`,
    items: similar.map((one) => ({
      title: one.title ?? t('duplicates.untitled'),
      href: `/${entity.path}/merge?ids=${id},${one.id}`,
      note: t('duplicates.same', { fields: reasonTexts(call, one.reasons) }),
    })),
  };
  return mergePage(call, { title, html: call.render('core:merge/choice', view), record });
}

async function showComparison(
  call: EntityCall,
  records: readonly RecordValues[],
  form: FormData,
  error?: unknown,
): Promise<PageAnswer> {
  const { entity, t } = call;
  const title = t('merge.title', { count: records.length, entities: call.labels.manyInText(entity.definition) });
  const errors =
    error === undefined
      ? []
      : problemsOf(error).map((problem) => ({ message: problemText(call)(problem) ?? problem.message }));
  const html = call.render('core:merge/comparison', { title, errors, ...(await mergeView(call, records, form)) });
  return mergePage(call, { title, html, record: records[0] ?? {}, status: errors.length > 0 ? 422 : 200 });
}

interface MergeContent {
  readonly title: string;
  readonly html: SafeHtml;
  readonly record: RecordValues;
  readonly status?: number;
}

async function mergePage(call: EntityCall, { title, html, record, status = 200 }: MergeContent): Promise<PageAnswer> {
  const { entity, labels } = call;
  const { definition, path } = entity;
  const name = `${definition.module}.${definition.plural}-merge`;
  const breadcrumbs = [
    { label: labels.many(definition), href: `/${path}` },
    { label: titleOf(entity, record), href: `/${path}/${asText(record['id'])}` },
    { label: call.t('merge.action') },
  ];
  const blocks = await patchBlocks(call, name, { id: record['id'] ?? null }, [{ name: 'merge', html }]);
  return showPage({ title, breadcrumbs, blocks }, status);
}
