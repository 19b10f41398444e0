import { Account, Contact } from '@trellis-crm/sdk';
import type { SafeHtml } from '../../views/safe-html.js';
import { renderBrief } from '../brief/brief-block.js';
import type { PageCall } from '../page-call.js';
import { showPage, type PageAnswer } from '../page-endpoint.js';
import { findHits, groupHits, recentHits, type HitGroup, type HitView } from './record-hits.js';

/** `GET /search?q=`: everything that was found, by kind of record; without `q` what one opened last. */
export async function showSearch(call: PageCall): Promise<PageAnswer> {
  const { render, t, request } = call;
  const q = wordsIn(request.url);
  const results = q === '' ? await recentView(call) : await foundView(call, q);
  return showPage({
    title: q === '' ? t('find.title') : t('find.titleOf', { q }),
    breadcrumbs: [{ label: t('find.title') }],
    blocks: [
      { name: 'header', html: render('core:find/head', { q, isEmpty: q === '' }) },
      { name: 'results', html: render('core:find/results', results) },
    ],
  });
}

/** What is looked for, as the address says it. */
export function wordsIn(url: URL): string {
  return (url.searchParams.get('q') ?? '').trim();
}

/** Customers: the kinds of record that have a brief. */
export const customers: ReadonlySet<string> = new Set([Account.id, Contact.id]);

const most = { all: 50, each: 8 };
const mostOfOne = { all: most.all, each: most.all };

async function foundView(call: PageCall, q: string): Promise<object> {
  const { t, request } = call;
  const entity = request.url.searchParams.get('entity');
  const found = await findHits(call, q, entity === null ? most : { ...mostOfOne, entity });
  if ('problem' in found)
    return { groups: [], empty: { icon: 'search', title: t('find.nothing'), text: found.problem } };
  const { hits } = found;
  if (hits.length === 0)
    return { groups: [], empty: { icon: 'search', title: t('find.nothing'), text: t('find.nothingHint') } };
  const groups = groupHits(call, hits).map((group) => groupView(call, q, group, entity === null));
  return { groups, note: noteOf(call, hits), brief: await topBrief(call, hits) };
}

function noteOf({ t }: PageCall, hits: readonly HitView[]): string {
  if (hits.every(({ isSimilar }) => isSimilar)) return t('find.similar');
  return t(hits.length === most.all ? 'find.first' : 'find.count', { count: hits.length });
}

/** Who the first customer is and what is open with them, before one has opened anything. */
async function topBrief(call: PageCall, [top]: readonly HitView[]): Promise<object | undefined> {
  if (top === undefined || !customers.has(top.entity)) return undefined;
  const html: SafeHtml | null = await renderBrief(call, top.entity, top.id);
  return html === null ? undefined : { title: top.title, href: top.href, html };
}

function groupView({ t }: PageCall, q: string, { id, label, hits }: HitGroup, isFirstLook: boolean): object {
  const isFull = isFirstLook && hits.length >= most.each;
  const allHref = isFull ? { allHref: `/search?${new URLSearchParams({ q, entity: id }).toString()}` } : {};
  return { label, items: hits.map(itemView), ...allHref, allLabel: t('find.all', { kind: label }) };
}

function itemView({ title, href, icon, match }: HitView): object {
  return { title, href, icon, ...(match !== null && { note: match }) };
}

async function recentView(call: PageCall): Promise<object> {
  const { t } = call;
  const recent = await recentHits(call, 20);
  if (recent.length === 0)
    return { groups: [], empty: { icon: 'search', title: t('find.start'), text: t('find.startHint') } };
  return { groups: [{ label: t('find.recent'), items: recent.map((hit) => ({ ...itemView(hit), note: hit.kind })) }] };
}
