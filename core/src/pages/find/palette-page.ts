import type { PageCall } from '../page-call.js';
import { goTo, showPart, type PageAnswer } from '../page-endpoint.js';
import { matching, type CommandView } from './commands/command-view.js';
import { contextCommands } from './commands/context-commands.js';
import { generalCommands } from './commands/general-commands.js';
import { findHits, groupHits, recentHits, type Found, type HitView } from './record-hits.js';
import { customers, wordsIn } from './search-page.js';

/**
 * `GET /search/palette?q=&at=`: what the palette offers on the page `at`: what can be done there, records, what one opened last, and
 * what can be done anywhere. Asked for as a page it is the search.
 */
export async function showPalette(call: PageCall): Promise<PageAnswer> {
  const { request, render } = call;
  const q = wordsIn(request.url);
  if (!request.isPartial) return goTo(q === '' ? '/search' : searchAddress(q));
  const at = request.url.searchParams.get('at') ?? '/';
  const { groups, hits } = await (q === '' ? offered(call, at) : found(call, q, at));
  const shown = groups.filter(({ options }) => options.length > 0);
  const count = shown.reduce((sum, { options }) => sum + options.length, 0);
  return showPart(
    render('core:find/palette', {
      groups: shown.map(numbered),
      status: statusOf(call, hits, count),
      preview: previewOf(hits),
    }),
  );
}

interface Offer {
  readonly groups: readonly Group[];
  /** Records among what is offered that were looked for. */
  readonly hits: readonly HitView[];
}

/** Before anything is typed: what can be done here, what one opened last, and all commands. */
async function offered(call: PageCall, at: string): Promise<Offer> {
  const [context, recent] = await Promise.all([contextCommands(call, at), recentHits(call, mostRecent + 1)]);
  const groups = [
    group('context', context?.title ?? '', context?.commands ?? []),
    group('recent', call.t('find.recent'), elsewhere(recent, at).map(recentOption)),
    group('commands', call.t('palette.commands'), generalCommands(call)),
  ];
  return { groups, hits: [] };
}

async function found(call: PageCall, q: string, at: string): Promise<Offer> {
  const { t } = call;
  const [context, answer] = await Promise.all([contextCommands(call, at), findHits(call, q, most)]);
  const hits = hitsOf(answer);
  const groups = [
    group('context', context?.title ?? '', matching(context?.commands ?? [], q)),
    ...groupHits(call, hits).map(({ id, label, hits: those }) =>
      group(id.replaceAll('.', '-'), label, those.map(hitOption)),
    ),
    group('commands', t('palette.commands'), matching(generalCommands(call), q)),
    group('everything', t('palette.everywhere'), [everythingOption(call, q)]),
  ];
  return { groups, hits };
}

const most = { all: 12, each: 5 };
const mostRecent = 6;

interface Option extends CommandView {
  readonly note?: string;
}

interface Group {
  readonly id: string;
  readonly label: string;
  readonly options: readonly Option[];
}

function group(id: string, label: string, options: readonly Option[]): Group {
  return { id, label, options };
}

function hitsOf(found: Found): readonly HitView[] {
  return 'hits' in found ? found.hits : [];
}

/** Nobody looks for the record they are on. */
function elsewhere(recent: readonly HitView[], at: string): readonly HitView[] {
  return recent.filter(({ href }) => href !== at && !at.startsWith(`${href}/`)).slice(0, mostRecent);
}

function hitOption({ title, href, icon, match }: HitView): Option {
  return { label: title, href, icon, ...(match !== null && { note: match }) };
}

function recentOption({ title, href, icon, kind }: HitView): Option {
  return { label: title, href, icon, note: kind };
}

/** The way to more than fits here, and what Enter does when nothing else is found. */
function everythingOption({ t }: PageCall, q: string): Option {
  return { label: t('palette.searchFor', { q }), icon: 'search', href: searchAddress(q) };
}

function searchAddress(q: string): string {
  return `/search?${new URLSearchParams({ q }).toString()}`;
}

function numbered({ id, label, options }: Group): object {
  return {
    id,
    label,
    options: options.map(({ shortcut, ...option }, place) => ({
      ...option,
      id: `palette-${id}-${place}`,
      keys: shortcut === undefined ? [] : shortcut.toUpperCase().split(' '),
    })),
  };
}

function statusOf({ t }: PageCall, hits: readonly HitView[], count: number): string {
  const isGuess = hits.length > 0 && hits.every(({ isSimilar }) => isSimilar);
  return isGuess ? t('find.similar') : t('palette.count', { count });
}

/** The first customer that was found, with owner and what is open: asked for right after, so that it holds nothing up. */
function previewOf(hits: readonly HitView[]): object | undefined {
  const top = hits.find(({ entity }) => customers.has(entity));
  return top === undefined ? undefined : { title: top.title, href: `${top.href}/brief` };
}
