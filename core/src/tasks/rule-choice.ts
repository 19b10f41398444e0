import { fromLocalInput, toLocalInput } from '../pages/fields/zoned-time.js';
import { rulePartsOf } from '../records/recurrence-rule.js';
import { weekdayOf } from './local-days.js';

/** How often something comes again, as people choose it. */
export const repeats = ['daily', 'weekdays', 'weekly', 'monthly', 'yearly'] as const;

/** One of {@link repeats}. */
export type Repeat = (typeof repeats)[number];

/** Days of the week as rules name them, Sunday first. */
export const ruleDays = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'] as const;

/** What somebody chose. */
export interface RuleChoice {
  readonly repeat: Repeat;
  /** Of a week; the day on which it is due, when there are none. */
  readonly days: readonly string[];
  /** Last day, `YYYY-MM-DD`, or empty. */
  readonly until: string;
  /** Number of times, or empty. */
  readonly count: string;
}

const workdays = 'MO,TU,WE,TH,FR';

/** The rule that a choice means for something due at a moment. It names its day, so that putting off one time does not move the next. */
export function ruleOf({ repeat, days, until, count }: RuleChoice, dueAt: string, timeZone: string): string {
  const day = toLocalInput(dueAt, timeZone).slice(0, 10);
  const [month, date] = [Number(day.slice(5, 7)), Number(day.slice(8, 10))];
  const chosen = days.length > 0 ? days.join(',') : (ruleDays[weekdayOf(day)] ?? 'MO');
  const often: Readonly<Record<Repeat, string>> = {
    daily: 'FREQ=DAILY',
    weekdays: `FREQ=WEEKLY;BYDAY=${workdays}`,
    weekly: `FREQ=WEEKLY;BYDAY=${chosen}`,
    monthly: `FREQ=MONTHLY;${monthDay(date)}`,
    yearly: `FREQ=YEARLY;BYMONTH=${String(month)};BYMONTHDAY=${String(date)}`,
  };
  const end = count === '' ? endOf(until, timeZone) : `;COUNT=${count}`;
  return often[repeat] + end;
}

/** The 31st is the last day of shorter months. */
function monthDay(date: number): string {
  if (date <= 28) return `BYMONTHDAY=${String(date)}`;
  const days = Array.from({ length: date - 27 }, (_, more) => 28 + more);
  return `BYMONTHDAY=${days.join(',')};BYSETPOS=-1`;
}

function endOf(until: string, timeZone: string): string {
  if (until === '') return '';
  const last = fromLocalInput(`${until}T23:59`, timeZone) ?? until;
  return `;UNTIL=${last.slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

/** The choice that a rule came from; null for one that says more. */
export function choiceOf(rule: string, timeZone: string): RuleChoice | null {
  const parts = rulePartsOf(rule) ?? new Map<string, string>();
  const of = (name: string): string => parts.get(name) ?? '';
  const names = [...parts.keys()].filter((name) => !['FREQ', 'COUNT', 'UNTIL'].includes(name));
  const repeat = shapes[`${of('FREQ')} ${names.toSorted().join()}`];
  if (repeat === undefined) return null;
  const byDay = of('BYDAY');
  return {
    repeat: byDay === workdays ? 'weekdays' : repeat,
    days: byDay === '' ? [] : byDay.split(','),
    until: lastDay(of('UNTIL'), timeZone),
    count: of('COUNT'),
  };
}

const shapes: Readonly<Record<string, Repeat>> = {
  'DAILY ': 'daily',
  'WEEKLY BYDAY': 'weekly',
  'MONTHLY BYMONTHDAY': 'monthly',
  'MONTHLY BYMONTHDAY,BYSETPOS': 'monthly',
  'YEARLY BYMONTH,BYMONTHDAY': 'yearly',
};

function lastDay(until: string, timeZone: string): string {
  const date = until.replace(/^(\d{4})(\d{2})(\d{2}).*$/, '$1-$2-$3');
  if (!until.endsWith('Z')) return date;
  const time = until.replace(/^.{9}(\d{2})(\d{2})(\d{2})Z$/, '$1:$2:$3Z');
  return toLocalInput(`${date}T${time}`, timeZone).slice(0, 10);
}
