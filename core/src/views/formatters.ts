import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

import { createKept } from './kept.js';
import { createMomentTexts } from './moment-texts.js';
import type { ViewEnv } from './view-env.js';

/** A sum as the API gives it: `amount` is a decimal string, never a float. */
export interface MoneyValue {
  readonly amount: string;
  readonly currency: string;
}

/** Writes values the way the person's locale and time zone want them. Empty values become an empty string. */
export interface Formatters {
  /** `2027-03-31` or a Date; shows the day. A day without time is never moved by a time zone. */
  date(env: ViewEnv, value: unknown, options?: { readonly isCompact?: boolean }): string;
  dateTime(env: ViewEnv, value: unknown): string;
  time(env: ViewEnv, value: unknown): string;
  /** "2 hours ago", "in 3 days"; past a month the date itself. */
  timeAgo(env: ViewEnv, value: unknown): string;
  number(env: ViewEnv, value: unknown, options?: Intl.NumberFormatOptions): string;
  /** `12.5` is shown as 12.5 %. */
  percent(env: ViewEnv, value: unknown): string;
  /** `+31105550142` as people read it: `+31 10 555 0142`. */
  phone(value: string): string;
  /** A {@link MoneyValue}, or a bare amount in the workspace's currency. Whole sums are shown without cents. */
  money(env: ViewEnv, value: unknown, options?: { readonly isCompact?: boolean }): string;
}

/** Creates the formatters of one engine; the costly `Intl` objects are built once per locale, zone and style. */
export function createFormatters(): Formatters {
  const dates = memoize((locale, options) => new Intl.DateTimeFormat(locale, options as Intl.DateTimeFormatOptions));
  const numbers = memoize((locale, options) => new Intl.NumberFormat(locale, options as Intl.NumberFormatOptions));
  const moments = createMomentTexts((locale, timeZone) => dates(locale, { dateStyle: 'medium', timeZone }));
  // Parsing a number takes longer than showing the rest of its row.
  const phones = createKept<string>(keptPhones);

  const inZone = (env: ViewEnv, value: unknown, options: Intl.DateTimeFormatOptions): string => {
    const date = toDate(value);
    if (!date) return '';
    const timeZone = isDay(value) ? 'UTC' : env.timeZone;
    return dates(env.locale, { ...options, timeZone }).format(date);
  };
  const formatNumber = (env: ViewEnv, value: unknown, options: Intl.NumberFormatOptions = {}): string =>
    isEmpty(value) ? '' : numbers(env.locale, options).format(String(value) as Intl.StringNumericLiteral);

  return {
    date: (env, value, options) =>
      inZone(env, value, options?.isCompact ? compactDate(dates, env, value) : { dateStyle: 'medium' }),
    dateTime: (env, value) => inZone(env, value, { dateStyle: 'medium', timeStyle: 'short' }),
    time: (env, value) => inZone(env, value, { timeStyle: 'short' }),
    timeAgo(env, value) {
      const ms = toMs(value);
      if (Number.isNaN(ms)) return '';
      return moments.write(env.locale, isDay(value) ? 'UTC' : env.timeZone, { ms, nowMs: env.now.getTime() });
    },
    number: formatNumber,
    percent: (env, value) => formatNumber(env, value, { style: 'unit', unit: 'percent', maximumFractionDigits: 2 }),
    phone: (value) => phones.of(value, () => parsePhoneNumberFromString(value)?.formatInternational() ?? value),
    money(env, value, options) {
      if (isEmpty(value)) return '';
      const { amount, currency } = toMoney(value, env.currency);
      const digits = /\.0*[1-9]/.test(amount) ? {} : { maximumFractionDigits: 0 };
      const style = options?.isCompact ? { notation: 'compact' as const, maximumFractionDigits: 1 } : digits;
      return formatNumber(env, amount, { style: 'currency', currency, ...style });
    },
  };
}

const keptPhones = 10_000;
const dayMs = 86_400_000;

function memoize<T>(create: (locale: string, options: object) => T): (locale: string, options: object) => T {
  const made = new Map<string, T>();
  return (locale, options) => {
    const key = `${locale} ${Object.entries(options).join()}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = create(locale, options);
    made.set(key, value);
    return value;
  };
}

function toDate(value: unknown): Date | undefined {
  if (isEmpty(value)) return undefined;
  const date = value instanceof Date ? value : new Date(String(value));
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** Milliseconds since 1970; not a number for what is no moment. */
function toMs(value: unknown): number {
  return typeof value === 'string' ? Date.parse(value) : (toDate(value)?.getTime() ?? NaN);
}

function toMoney(value: unknown, currency: string): MoneyValue {
  if (typeof value !== 'object' || value === null) return { amount: String(value), currency };
  return { amount: '0', currency, ...value };
}

function isDay(value: unknown): boolean {
  return typeof value === 'string' && value.length === 10 && /^\d{4}-\d{2}-\d{2}$/.test(value);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** Where a day stands among others: this year's by month and day, another year's by month and year. */
function compactDate(dates: Dates, env: ViewEnv, value: unknown): Intl.DateTimeFormatOptions {
  const date = toDate(value);
  const year = date && yearOf(dates, date, isDay(value) ? 'UTC' : env.timeZone);
  const isThisYear = year === yearOf(dates, env.now, env.timeZone);
  return isThisYear ? { month: 'short', day: 'numeric' } : { month: 'short', year: 'numeric' };
}

type Dates = (locale: string, options: object) => Intl.DateTimeFormat;

/** Zones matter on the last and first days of a year only; the others are spared the costly way. */
function yearOf(dates: Dates, date: Date, timeZone: string): number {
  const [before, behind] = [-dayMs, dayMs].map((ms) => new Date(date.getTime() + ms).getUTCFullYear());
  if (before !== undefined && before === behind) return before;
  return Number(dates('en', { year: 'numeric', timeZone }).format(date));
}
