import { fromLocalInput, toLocalInput } from '../pages/fields/zoned-time.js';
import type { WorkspaceSettings } from '../settings/index.js';
import { addDays, weekdayNames, weekdayOf } from './local-days.js';

/** Parts of what is planned, the most urgent first; last, tasks without a due time. */
export const dayGroups = ['overdue', 'today', 'tomorrow', 'week', 'later', 'undated'] as const;

/** One of {@link dayGroups}. */
export type DayGroup = (typeof dayGroups)[number];

/** A stretch of time: ISO 8601, UTC, the end not in it; null has no bound. */
export interface TimeWindow {
  readonly from: string | null;
  readonly to: string | null;
}

/** When each part begins and ends, by somebody's own clock and the workspace's weeks. */
export function dayWindows(
  now: Date,
  timeZone: string,
  { weekStart }: Pick<WorkspaceSettings, 'weekStart'>,
): Readonly<Record<DayGroup, TimeWindow>> {
  const today = toLocalInput(now.toISOString(), timeZone).slice(0, 10);
  const days = (7 + weekdayNames.indexOf(weekStart) - weekdayOf(today)) % 7 || 7;
  const start = (ahead: number): string => startOf(addDays(today, ahead), timeZone);
  const [tomorrow, after, later] = [start(1), start(2), start(Math.max(days, 2))];
  return {
    overdue: { from: null, to: now.toISOString() },
    today: { from: now.toISOString(), to: tomorrow },
    tomorrow: { from: tomorrow, to: after },
    week: { from: after, to: later },
    later: { from: later, to: null },
    undated: { from: null, to: null },
  };
}

/** First moment of a day in a zone. */
export function startOf(day: string, timeZone: string): string {
  return fromLocalInput(`${day}T00:00`, timeZone) ?? `${day}T00:00:00.000Z`;
}
