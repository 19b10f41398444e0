import type { FoundEntry, TimelinePage } from '../../timeline/index.js';
import type { SafeHtml } from '../../views/safe-html.js';
import type { DisplaySources } from '../fields/field-display.js';
import { displaySources } from '../list/list-view.js';
import type { EntityCall } from '../page-call.js';
import { drawActivity } from './activity-markup.js';
import { activityView } from './activity-view.js';
import { changeView } from './change-view.js';
import { timelineNames } from './timeline-names.js';

/** Entries by the day they belong to, as `ui-timeline` shows them. */
export interface DayView {
  readonly label: string;
  readonly events: readonly object[];
}

/** The parts of a timeline's page, drawn. */
export interface DrawnTimeline {
  readonly days: readonly DayView[];
  readonly planned: readonly object[];
  readonly pinned: readonly object[];
}

/** Draws what was found. @param lastDay label under which the entries before these ended, which is not said again */
export async function drawTimeline(
  call: EntityCall,
  page: TimelinePage,
  lastDay: string | null,
): Promise<DrawnTimeline> {
  const all = [...page.entries, ...page.planned, ...page.pinned];
  const sources = displaySources(call, await timelineNames(call, all));
  return {
    days: daysOf(call, page.entries, sources, lastDay),
    planned: page.planned.map((entry) => eventOf(call, entry, { sources, isPinned: false })),
    pinned: page.pinned.map((entry) => eventOf(call, entry, { sources, isPinned: true })),
  };
}

function daysOf(
  call: EntityCall,
  entries: readonly FoundEntry[],
  sources: DisplaySources,
  lastDay: string | null,
): readonly DayView[] {
  const days = Map.groupBy(entries, ({ at }) => sources.formatters.date(call.env, at));
  return [...days].map(([label, ofDay]) => ({
    label: label === lastDay ? '' : label,
    events: ofDay.map((entry) => eventOf(call, entry, { sources, isPinned: false })),
  }));
}

function eventOf(
  call: EntityCall,
  entry: FoundEntry,
  shown: { readonly sources: DisplaySources; readonly isPinned: boolean },
): object {
  const { env } = call;
  const { formatters } = shown.sources;
  return {
    icon: entry.option.icon,
    tone: tones[entry.kind] ?? '',
    body: bodyOf(call, entry, shown),
    time: shown.isPinned ? formatters.date(env, entry.at) : formatters.time(env, entry.at),
    datetime: entry.at,
  };
}

const tones: Readonly<Record<string, string>> = {
  call: 'ok',
  email: 'info',
  meeting: 'vio',
  visit: 'vio',
  note: 'warn',
};

/** A module's partial that cannot show its entry is a fault of the module: its line stays empty, the others are there. */
function bodyOf(
  call: EntityCall,
  entry: FoundEntry,
  shown: { readonly sources: DisplaySources; readonly isPinned: boolean },
): SafeHtml | string {
  const { module, template } = entry.option;
  if (module === 'core') return coreBody(call, entry, shown);
  try {
    return call.render(`${module}:${template}`, entry.view ?? entry.data);
  } catch (error) {
    call.workspace.log.warn({ err: error, module, kind: entry.kind }, 'an entry of a timeline cannot be shown');
    return call.t('ui.panelUnavailable');
  }
}

function coreBody(
  call: EntityCall,
  entry: FoundEntry,
  shown: { readonly sources: DisplaySources; readonly isPinned: boolean },
): SafeHtml {
  if (entry.kind !== 'change') return drawActivity(call, activityView(call, entry, shown));
  return call.render(`core:${entry.option.template}`, changeView(call, entry, shown.sources));
}
