import type { PageBlock } from '../../views/page-model.js';
import type { SafeHtml } from '../../views/safe-html.js';
import { isFollowing } from '../../following/index.js';
import { Timelines, type KindOption } from '../../timeline/index.js';
import { isWorkedWith } from '../list/list-view.js';
import type { EntityCall } from '../page-call.js';
import { composerView, hasComposer, type ComposerState } from './composer-view.js';
import { drawTimeline, type DayView } from './timeline-view.js';

/** What the address says about the timeline. */
interface TimelineState {
  readonly after: string | null;
  readonly kinds: readonly string[] | null;
  /** Day under which the entries before ended. */
  readonly lastDay: string | null;
  /** Everything that is to be done is wanted. */
  readonly isAllPlanned: boolean;
}

const stretchLength = 20;
/** What is planned stands above everything else, so it is not to fill the page unless somebody asks. */
const plannedLength = { usual: 10, most: 100 };

/** The timeline of the record whose page this is, with what is needed to add to it. */
export async function timelineBlock(call: EntityCall, composer?: ComposerState): Promise<PageBlock> {
  return { name: 'timeline', column: 'main', html: await renderTimeline(call, composer) };
}

/** The whole timeline: composer, what can be chosen, its newest stretch. */
export async function renderTimeline(call: EntityCall, composer?: ComposerState): Promise<SafeHtml> {
  const state = stateOf(call);
  const [stretch, compose, follows] = await Promise.all([
    renderStretch(call, state),
    hasComposer(call) ? composerView(call, composer) : null,
    followView(call),
  ]);
  return call.render('core:timeline/timeline', {
    composer: compose,
    follow: follows,
    filters: filtersOf(call, state),
    ...stretch,
  });
}

/** The button to follow the record, or to end that; null for whoever is no user. */
async function followView({ entity, request, workspace, t }: EntityCall): Promise<object | null> {
  const { userId } = request.identity;
  const id = request.params['id'] ?? '';
  if (userId === null || !isWorkedWith(entity)) return null;
  const follows = await isFollowing(workspace.database.knex, { entity: entity.definition.id, id }, userId);
  return {
    label: t(follows ? 'following.unfollow' : 'following.follow'),
    action: `/${entity.path}/${id}/following`,
    fields: [{ name: 'follow', value: String(!follows) }],
  };
}

/** What follows below the entries that are there. */
export async function renderMore(call: EntityCall): Promise<SafeHtml> {
  return call.render('core:timeline/_stretch', await renderStretch(call, stateOf(call)));
}

async function renderStretch(call: EntityCall, state: TimelineState): Promise<object> {
  const { entity, request, workspace } = call;
  const id = request.params['id'] ?? '';
  const { after, kinds, isAllPlanned } = state;
  const planned = isAllPlanned ? plannedLength.most : plannedLength.usual;
  const timelines = workspace.container.resolve(Timelines);
  const page = await timelines.read(entity, request, id, { after, kinds, limit: stretchLength, planned });
  const drawn = await drawTimeline(call, page, state.lastDay);
  const { days } = drawn;
  return {
    ...drawn,
    ...(page.isMorePlanned && morePlannedView(call, state)),
    isUnavailable: page.unavailable.length > 0,
    isEmpty: after === null && days.length + drawn.planned.length + drawn.pinned.length === 0,
    moreHref: page.next === null ? null : addressOf(call, { ...state, after: page.next, lastDay: lastLabel(days) }),
  };
}

/** The way to what is planned beyond the first ones; a hundred is all that a page shows. */
function morePlannedView(call: EntityCall, state: TimelineState): object {
  if (state.isAllPlanned) return { plannedNote: call.t('timeline.plannedFirst', { count: plannedLength.most }) };
  return { plannedHref: addressOf(call, { ...state, isAllPlanned: true }) };
}

function lastLabel(days: readonly DayView[]): string | null {
  return days.at(-1)?.label ?? null;
}

function stateOf({ request: { url } }: EntityCall): TimelineState {
  const kinds = url.searchParams.get('kinds');
  return {
    after: url.searchParams.get('after'),
    kinds: kinds === null || kinds === '' ? null : kinds.split(','),
    lastDay: url.searchParams.get('day'),
    isAllPlanned: url.searchParams.get('planned') === 'all',
  };
}

function addressOf(call: EntityCall, { after, kinds, lastDay, isAllPlanned }: TimelineState): string {
  const given = { after, kinds: kinds?.join() ?? null, day: lastDay, planned: isAllPlanned ? 'all' : null };
  const params = Object.entries(given).flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
  const query = new URLSearchParams(params).toString();
  const path = `/${call.entity.path}/${call.request.params['id'] ?? ''}/timeline`;
  return query === '' ? path : `${path}?${query}`;
}

/** Kinds that stand together as one choice. */
const groups: readonly (readonly string[])[] = [
  ['note'],
  ['call', 'voicemail'],
  ['email', 'letter', 'fax', 'chat'],
  ['meeting', 'visit'],
  ['task'],
];

function filtersOf(call: EntityCall, state: TimelineState): readonly object[] {
  const { entity, request, workspace, t } = call;
  const options = workspace.container.resolve(Timelines).kinds(entity, request);
  const labelOf = ({ module, label }: KindOption): string => t(module === 'core' ? label : `${module}:${label}`);
  const grouped = new Set(groups.flat());
  const choices = [
    ...groups.flatMap((names) => {
      const first = options.find(({ name }) => name === names[0]);
      return first === undefined ? [] : [{ label: labelOf(first), kinds: names }];
    }),
    ...options
      .filter(({ name }) => !grouped.has(name))
      .map((option) => ({ label: labelOf(option), kinds: [option.name] })),
  ];
  const current = state.kinds?.join() ?? null;
  return [{ label: t('timeline.all'), kinds: null }, ...choices].map(({ label, kinds }) => ({
    label,
    href: addressOf(call, { after: null, kinds, lastDay: null, isAllPlanned: false }),
    isCurrent: (kinds?.join() ?? null) === current,
  }));
}
