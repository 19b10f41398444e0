import { NotFoundError } from '@trellis-crm/sdk';
import { isId } from '../../records/get-records.js';
import { callApi, readApi } from '../api-client.js';
import { patchBlocks } from '../block-patches.js';
import { textOf } from '../fields/form-reader.js';
import { formOf } from '../form/plain-form.js';
import type { EntityCall } from '../page-call.js';
import { goTo, showPage, type PageAnswer } from '../page-endpoint.js';
import { reasonTexts } from './similar-records.js';

interface PairsAnswer {
  readonly data: readonly {
    readonly left: { readonly id: string; readonly title: string | null };
    readonly right: { readonly id: string; readonly title: string | null };
    readonly score: number;
    readonly reasons: readonly string[];
  }[];
  readonly page: { readonly next: string | null };
  readonly run: { readonly isRunning: boolean; readonly finishedAt: string | null };
}

const states = ['open', 'later', 'dismissed'] as const;

/** `GET /<path>/duplicates`: pairs of the whole base that are likely the same, and what may become of them. */
export async function showDuplicates(call: EntityCall): Promise<PageAnswer> {
  const { entity, t, labels, request } = call;
  const { definition, path } = entity;
  const { searchParams } = request.url;
  const state = states.find((one) => one === searchParams.get('state')) ?? 'open';
  const after = searchParams.get('after');
  const query = { state, ...(after === null ? {} : { after }) };
  const answer = await readApi<PairsAnswer>(call, `/${path}/duplicate-pairs`, query);
  const title = t('duplicates.title', { entities: labels.manyInText(definition) });
  const view = {
    title,
    text: runText(call, answer.run),
    tabs: states.map((one) => ({
      label: t(`duplicates.states.${one}`),
      href: `/${path}/duplicates?state=${one}`,
      isCurrent: one === state,
    })),
    tabsLabel: t('duplicates.show'),
    searchAction: request.identity.reach('core.job:administer') === null ? undefined : `/${path}/duplicates/search`,
    pairs: answer.data.map((pair) => pairView(call, pair, state)),
    empty: t(`duplicates.empty.${state}`),
    nextHref: answer.page.next === null ? undefined : `/${path}/duplicates?state=${state}&after=${answer.page.next}`,
  };
  const html = call.render('core:merge/duplicates', view);
  const blocks = await patchBlocks(call, `${definition.module}.${definition.plural}-duplicates`, {}, [
    { name: 'duplicates', html },
  ]);
  const breadcrumbs = [{ label: labels.many(definition), href: `/${path}` }, { label: t('duplicates.short') }];
  return showPage({ title, breadcrumbs, blocks });
}

function runText({ t, env, request }: EntityCall, { isRunning, finishedAt }: PairsAnswer['run']): string {
  if (isRunning) return t('duplicates.running');
  if (finishedAt === null) return t('duplicates.never');
  return t('duplicates.lookedThrough', { at: request.generation.views.formatters.dateTime(env, finishedAt) });
}

function pairView(
  call: EntityCall,
  { left, right, score, reasons }: PairsAnswer['data'][number],
  state: string,
): object {
  const { entity, t, env } = call;
  const { path } = entity;
  const percent = new Intl.NumberFormat(env.locale, { style: 'percent' }).format(score);
  const recordView = ({ id, title }: typeof left): object => ({
    title: title ?? t('duplicates.untitled'),
    href: `/${path}/${id}`,
  });
  return {
    left: recordView(left),
    right: recordView(right),
    ids: `${left.id},${right.id}`,
    note: t('duplicates.same', { fields: reasonTexts(call, reasons) }),
    tag: { label: t('duplicates.score', { percent }), tone: score >= certain ? 'warn' : 'neutral' },
    mergeHref: `/${path}/merge?ids=${left.id},${right.id}`,
    action: `/${path}/duplicates`,
    decisions: states
      .filter((one) => one !== state)
      .map((one) => ({ state: one, label: t(`duplicates.decide.${one}`) })),
  };
}

/** From here on a pair is hardly anything else. */
const certain = 0.95;

/** `POST /<path>/duplicates`: what becomes of a pair. */
export async function takeDecision(call: EntityCall): Promise<PageAnswer> {
  const { entity, t } = call;
  const form = formOf(call);
  const [left = '', right = ''] = textOf(form, 'ids').split(',');
  const state = states.find((one) => one === textOf(form, 'state'));
  if (state === undefined || !isId(left) || !isId(right)) throw new NotFoundError('duplicate_pair_not_found');
  await callApi(call, 'PUT', `/${entity.path}/duplicate-pairs/${left}/${right}`, { body: { state } });
  return goTo(`/${entity.path}/duplicates`, { text: t(`duplicates.decided.${state}`) });
}

/** `POST /<path>/duplicates/search`: looks through the base anew. */
export async function takeSearch(call: EntityCall): Promise<PageAnswer> {
  await callApi(call, 'POST', `/${call.entity.path}/duplicate-pairs/search`);
  return goTo(`/${call.entity.path}/duplicates`, { text: call.t('duplicates.searching') });
}
