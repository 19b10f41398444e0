import type { Identity } from '../../auth/identity.js';

/** By what calendar a person's words about days are understood. */
export interface Calendar {
  /** The day it is where the person is, `YYYY-MM-DD`. */
  readonly today: string;
  /** IANA name; in it a day begins and ends. */
  readonly timeZone: string;
  /** First day of the week, 0 is Sunday. */
  readonly weekStart: number;
  /** First month of the fiscal year, 1 to 12. */
  readonly fiscalYearStart: number;
}

/** What the workspace says about weeks and years. */
export interface CalendarRules {
  readonly weekStart: 'monday' | 'saturday' | 'sunday';
  readonly fiscalYearStart: number;
}

/** The calendar of a person at a moment. */
export function calendarOf({ timeZone }: Pick<Identity, 'timeZone'>, now: Date, rules: CalendarRules): Calendar {
  const { weekStart, fiscalYearStart } = rules;
  return { today: dayIn(timeZone, now), timeZone, weekStart: weekDays[weekStart], fiscalYearStart };
}

const weekDays = { sunday: 0, monday: 1, saturday: 6 } as const;

function dayIn(timeZone: string, now: Date): string {
  let format = formats.get(timeZone);
  // This locale writes days as ISO 8601 does.
  if (format === undefined) formats.set(timeZone, (format = new Intl.DateTimeFormat('en-CA', { timeZone, ...digits })));
  return format.format(now);
}

const digits = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
/** Making one costs more than all else here; there are some 500 zones. */
const formats = new Map<string, Intl.DateTimeFormat>();
