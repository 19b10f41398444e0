import { fromLocalInput, toLocalInput } from '../pages/fields/zoned-time.js';
import type { WorkspaceSettings } from '../settings/index.js';
import { addDays, weekdayNames, weekdayOf } from './local-days.js';

/** Until when a task can be put off, in the order in which it is offered. */
export interface SnoozeMoment {
  readonly name: 'later' | 'tomorrow' | 'nextWeek';
  /** ISO 8601, UTC. */
  readonly until: string;
}

type Calendar = Pick<WorkspaceSettings, 'weekStart' | 'businessHours' | 'holidays'>;

const laterMs = 3 * 3_600_000;
const morning = '09:00';

/**
 * Later today (in three hours, at the latest when the office closes), tomorrow when it opens, and when it opens first next week; by
 * somebody's own clock. In the evening there is no later today.
 */
export function snoozeMoments(now: Date, timeZone: string, calendar: Calendar): readonly SnoozeMoment[] {
  const today = toLocalInput(now.toISOString(), timeZone).slice(0, 10);
  const later = laterToday(now, today, timeZone, calendar);
  const tomorrow = addDays(today, 1);
  return [
    ...(later === null ? [] : [{ name: 'later', until: later } as const]),
    { name: 'tomorrow', until: at(tomorrow, opening(tomorrow, calendar) ?? morning, timeZone) },
    { name: 'nextWeek', until: nextWeek(today, timeZone, calendar) },
  ];
}

function laterToday(now: Date, today: string, timeZone: string, calendar: Calendar): string | null {
  const inHours = new Date(now.getTime() + laterMs).toISOString();
  const close = closing(today, calendar);
  const end = at(today, close ?? '23:59', timeZone);
  if (inHours <= end) return inHours;
  return end > new Date(now.getTime() + laterMs / 6).toISOString() ? end : null;
}

/** The first day of the coming week on which the office opens. */
function nextWeek(today: string, timeZone: string, calendar: Calendar): string {
  const days = (7 + weekdayNames.indexOf(calendar.weekStart) - weekdayOf(today)) % 7 || 7;
  const week = Array.from({ length: 7 }, (_, ahead) => addDays(today, days + ahead));
  const day = week.find((one) => opening(one, calendar) !== null) ?? addDays(today, days);
  return at(day, opening(day, calendar) ?? morning, timeZone);
}

function opening(day: string, calendar: Calendar): string | null {
  return hoursOf(day, calendar)
    .map(({ from }) => from)
    .reduce<string | null>((first, one) => (first === null || one < first ? one : first), null);
}

function closing(day: string, calendar: Calendar): string | null {
  return hoursOf(day, calendar)
    .map(({ to }) => to)
    .reduce<string | null>((last, one) => (last === null || one > last ? one : last), null);
}

function hoursOf(date: string, { businessHours, holidays }: Calendar): WorkspaceSettings['businessHours'] {
  if (holidays.some((holiday) => holiday.date === date)) return [];
  return businessHours.filter(({ day }) => day === weekdayNames[weekdayOf(date)]);
}

function at(day: string, time: string, timeZone: string): string {
  return fromLocalInput(`${day}T${time}`, timeZone) ?? `${day}T${time}:00.000Z`;
}
