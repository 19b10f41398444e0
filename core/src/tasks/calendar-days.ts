import { toLocalInput } from '../pages/fields/zoned-time.js';
import type { WorkspaceSettings } from '../settings/index.js';
import { addDays, weekdayNames, weekdayOf } from './local-days.js';

/** How much of a calendar is looked at. */
export type CalendarView = 'month' | 'week';

/** Days that are shown together, `YYYY-MM-DD`: whole weeks. */
export interface CalendarStretch {
  readonly weeks: readonly (readonly string[])[];
  /** Days in the stretch before and after, to look at those. */
  readonly previous: string;
  readonly next: string;
}

/** The weeks of the month of a day, or its week, by where the workspace's weeks begin. */
export function calendarStretch(
  day: string,
  view: CalendarView,
  { weekStart }: Pick<WorkspaceSettings, 'weekStart'>,
): CalendarStretch {
  const startOfWeek = (one: string): string =>
    addDays(one, -((7 + weekdayOf(one) - weekdayNames.indexOf(weekStart)) % 7));
  if (view === 'week') {
    const first = startOfWeek(day);
    return { weeks: [weekFrom(first)], previous: addDays(first, -7), next: addDays(first, 7) };
  }
  const first = `${day.slice(0, 8)}01`;
  const next = `${addDays(first, 31).slice(0, 8)}01`;
  const starts = Array.from({ length: 6 }, (_, week) => addDays(startOfWeek(first), week * 7));
  return {
    weeks: starts.filter((start) => start < next).map(weekFrom),
    previous: `${addDays(first, -1).slice(0, 8)}01`,
    next,
  };
}

function weekFrom(first: string): readonly string[] {
  return Array.from({ length: 7 }, (_, ahead) => addDays(first, ahead));
}

/** Today by somebody's own clock. */
export function todayIn(now: Date, timeZone: string): string {
  return toLocalInput(now.toISOString(), timeZone).slice(0, 10);
}
