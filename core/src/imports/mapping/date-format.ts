/** What a date's text was read as. */
export interface ReadMoment {
  /** `YYYY-MM-DD` */
  readonly date: string;
  /** `HH:mm:ss`; midnight when the format has no time. */
  readonly time: string;
}

/** Reads text in one format; null when it does not fit or names no real day. */
export type DateReader = (text: string) => ReadMoment | null;

/**
 * Compiles a format of `YYYY YY MM DD HH mm ss` and what stands between them.
 * @param century added to years of two digits
 */
export function compileDateFormat(format: string, century = 2000): DateReader {
  const names: string[] = [];
  const source = format.replaceAll(/YYYY|YY|MM|DD|HH|mm|ss|[^YMDHms]/g, (token) => {
    if (!(token in widths)) return `\\u{${token.codePointAt(0)?.toString(16) ?? '20'}}`;
    names.push(token);
    return widths[token] ?? '';
  });
  const pattern = new RegExp(`^${source}$`, 'u');
  return (text) => read(pattern.exec(text), names, century);
}

/** One digit is enough where the format asks for two, except for years. */
const widths: Readonly<Record<string, string>> = {
  YYYY: '(\\d{4})',
  YY: '(\\d{2})',
  MM: '(\\d{1,2})',
  DD: '(\\d{1,2})',
  HH: '(\\d{1,2})',
  mm: '(\\d{2})',
  ss: '(\\d{2})',
};

function read(match: RegExpExecArray | null, names: readonly string[], century: number): ReadMoment | null {
  if (match === null) return null;
  const parts = new Map(names.map((name, index) => [name, Number(match[index + 1])]));
  const part = (name: string, otherwise: number): number => parts.get(name) ?? otherwise;
  const date = [part('YYYY', century + part('YY', 0)), part('MM', 1), part('DD', 1)] as const;
  const time = [part('HH', 0), part('mm', 0), part('ss', 0)];
  if (!isRealDay(...date) || time.some((value, index) => value > (index === 0 ? 23 : 59))) return null;
  return {
    date: `${padded(date[0], 4)}-${padded(date[1])}-${padded(date[2])}`,
    time: time.map((part) => padded(part)).join(':'),
  };
}

function isRealDay(year: number, month: number, day: number): boolean {
  const moment = new Date(Date.UTC(2000, month - 1, day));
  moment.setUTCFullYear(year, month - 1, day);
  return moment.getUTCFullYear() === year && moment.getUTCMonth() === month - 1 && moment.getUTCDate() === day;
}

function padded(value: number, width = 2): string {
  return String(value).padStart(width, '0');
}
