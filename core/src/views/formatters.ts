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
  /** A {@link MoneyValue}, or a bare amount in the workspace's currency. Whole sums are shown without cents. */
  money(env: ViewEnv, value: unknown, options?: { readonly isCompact?: boolean }): string;
}

/** Creates the formatters of one engine; the costly `Intl` objects are built once per locale, zone and style. */
export function createFormatters(): Formatters {
  const dates = memoize((locale, options) => new Intl.DateTimeFormat(locale, options as Intl.DateTimeFormatOptions));
  const numbers = memoize((locale, options) => new Intl.NumberFormat(locale, options as Intl.NumberFormatOptions));
  const relatives = memoize((locale) => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }));

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
      inZone(env, value, options?.isCompact ? compactDate(env, value) : { dateStyle: 'medium' }),
    dateTime: (env, value) => inZone(env, value, { dateStyle: 'medium', timeStyle: 'short' }),
    time: (env, value) => inZone(env, value, { timeStyle: 'short' }),
    timeAgo(env, value) {
      const date = toDate(value);
      if (!date) return '';
      const step = relativeStep(date.getTime() - env.now.getTime());
      if (!step) return inZone(env, value, { dateStyle: 'medium' });
      return relatives(env.locale, {}).format(step.count, step.unit);
    },
    number: formatNumber,
    percent: (env, value) => formatNumber(env, value, { style: 'unit', unit: 'percent', maximumFractionDigits: 2 }),
    money(env, value, options) {
      if (isEmpty(value)) return '';
      const { amount, currency } = toMoney(value, env.currency);
      const digits = /\.0*[1-9]/.test(amount) ? {} : { maximumFractionDigits: 0 };
      const style = options?.isCompact ? { notation: 'compact' as const, maximumFractionDigits: 1 } : digits;
      return formatNumber(env, amount, { style: 'currency', currency, ...style });
    },
  };
}

function memoize<T>(create: (locale: string, options: object) => T): (locale: string, options: object) => T {
  const made = new Map<string, T>();
  return (locale, options) => {
    const key = `${locale} ${JSON.stringify(options)}`;
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

function toMoney(value: unknown, currency: string): MoneyValue {
  if (typeof value !== 'object' || value === null) return { amount: String(value), currency };
  return { amount: '0', currency, ...value };
}

function isDay(value: unknown): boolean {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function relativeStep(differenceMs: number): { count: number; unit: Intl.RelativeTimeFormatUnit } | undefined {
  const seconds = Math.round(differenceMs / 1000);
  for (const [unit, size, limit] of relativeUnits) {
    if (Math.abs(seconds) < limit) return { count: Math.trunc(seconds / size), unit };
  }
  return undefined;
}

/** Unit, its length and up to which difference it is used, in seconds. */
const relativeUnits: readonly (readonly [Intl.RelativeTimeFormatUnit, number, number])[] = [
  ['second', 60, 60],
  ['minute', 60, 3600],
  ['hour', 3600, 86_400],
  ['day', 86_400, 30 * 86_400],
];

/** Where a day stands among others: this year's by month and day, another year's by month and year. */
function compactDate({ now }: ViewEnv, value: unknown): Intl.DateTimeFormatOptions {
  const isThisYear = toDate(value)?.getUTCFullYear() === now.getUTCFullYear();
  return isThisYear ? { month: 'short', day: 'numeric' } : { month: 'short', year: 'numeric' };
}
