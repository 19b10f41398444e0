import type { Calendar } from './calendar.js';

/** Some days: from the first one until the one after the last, `YYYY-MM-DD`. */
export interface DaySpan {
  readonly from: string;
  readonly until: string;
}

/**
 * The days that a word means: `today`, `this_week`, `last_month`, `next_fiscal_quarter`, `last_30_days` (today among them), `next_2_weeks`
 * (likewise), or one day so far from today: `-7d`, `2w`, `3m`, `1q`, `-1y`.
 *
 * @returns undefined for any other text
 */
export function relativeDays(word: string, calendar: Calendar): DaySpan | undefined {
  return (
    namedDay(word, calendar) ?? namedUnit(word, calendar) ?? rollingUnits(word, calendar) ?? offsetDay(word, calendar)
  );
}

/** One day; undefined for a text that is none. */
export function singleDay(text: string): DaySpan | undefined {
  if (!/^(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return undefined;
  const day = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(day) || isoOf(day / dayMs) !== text) return undefined;
  return spanOf(day / dayMs, day / dayMs + 1);
}

/** Units of {@link relativeDays} that have a beginning in the calendar. */
export const calendarUnits = ['week', 'month', 'quarter', 'year', 'fiscal_quarter', 'fiscal_year'] as const;

type CalendarUnit = (typeof calendarUnits)[number];

const dayMs = 86_400_000;
const namedDays: Readonly<Record<string, number>> = { yesterday: -1, today: 0, tomorrow: 1 };
const places: Readonly<Record<string, number>> = { last: -1, this: 0, next: 1 };

function namedDay(word: string, { today }: Calendar): DaySpan | undefined {
  const offset = Object.hasOwn(namedDays, word) ? namedDays[word] : undefined;
  if (offset === undefined) return undefined;
  const day = dayOf(today) + offset;
  return spanOf(day, day + 1);
}

function namedUnit(word: string, calendar: Calendar): DaySpan | undefined {
  const [, place = '', name = ''] = /^(last|this|next)_([a-z_]+)$/.exec(word) ?? [];
  const unit = calendarUnits.find((known) => known === name);
  if (unit === undefined) return undefined;
  const number = places[place] ?? 0;
  return spanOf(startOf(unit, calendar, number), startOf(unit, calendar, number + 1));
}

/** The day on which a unit begins. @param number how many units after the present one */
function startOf(unit: CalendarUnit, { today, weekStart, fiscalYearStart }: Calendar, number: number): number {
  const day = dayOf(today);
  // The first of January 1970 was a Thursday.
  if (unit === 'week') return day - ((day + 4 - weekStart + 7) % 7) + 7 * number;
  const { months, first } = monthUnits[unit];
  const offset = first === 'fiscal' ? fiscalYearStart - 1 : 0;
  const month = monthOf(today);
  return firstOf(month - ((((month - offset) % months) + months) % months) + months * number);
}

const monthUnits: Readonly<Record<Exclude<CalendarUnit, 'week'>, { months: number; first: 'fiscal' | 'calendar' }>> = {
  month: { months: 1, first: 'calendar' },
  quarter: { months: 3, first: 'calendar' },
  year: { months: 12, first: 'calendar' },
  fiscal_quarter: { months: 3, first: 'fiscal' },
  fiscal_year: { months: 12, first: 'fiscal' },
};

function rollingUnits(word: string, { today }: Calendar): DaySpan | undefined {
  const [, place, digits, unit = ''] =
    /^(last|next)_([1-9][0-9]{0,2})_(days|weeks|months|quarters|years)$/.exec(word) ?? [];
  if (place === undefined) return undefined;
  const count = Number(digits);
  const day = dayOf(today);
  const letter = unit.charAt(0);
  return place === 'next' ? spanOf(day, moved(day, letter, count)) : spanOf(moved(day + 1, letter, -count), day + 1);
}

function offsetDay(word: string, { today }: Calendar): DaySpan | undefined {
  const [, sign, digits, unit = ''] = /^([+-]?)([0-9]{1,3})([dwmqy])$/.exec(word) ?? [];
  if (digits === undefined) return undefined;
  const day = moved(dayOf(today), unit, sign === '-' ? -Number(digits) : Number(digits));
  return spanOf(day, day + 1);
}

/** Months that have no such day end earlier. */
function moved(day: number, unit: string, count: number): number {
  if (unit === 'd') return day + count;
  if (unit === 'w') return day + 7 * count;
  const iso = isoOf(day);
  const month = monthOf(iso) + count * (monthsOf[unit] ?? 1);
  return Math.min(firstOf(month) + Number(iso.slice(8)) - 1, firstOf(month + 1) - 1);
}

const monthsOf: Readonly<Record<string, number>> = { m: 1, q: 3, y: 12 };

function spanOf(from: number, until: number): DaySpan {
  return { from: isoOf(from), until: isoOf(until) };
}

/** Days since 1970. */
function dayOf(iso: string): number {
  return Date.parse(`${iso}T00:00:00Z`) / dayMs;
}

function isoOf(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/** Months since the year 0. */
function monthOf(iso: string): number {
  return Number(iso.slice(0, 4)) * 12 + Number(iso.slice(5, 7)) - 1;
}

function firstOf(month: number): number {
  return Date.UTC(Math.floor(month / 12), month % 12, 1) / dayMs;
}
