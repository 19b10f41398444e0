import { createKept } from './kept.js';
import { createZoneDays } from './zone-days.js';

/** Tells moments by how long ago they are. Formatting one takes longer than the rest of its row, and rows share their days. */
export interface MomentTexts {
  /** "2 hours ago", "in 3 days"; past a month the day on the clocks of the zone. */
  write(locale: string, timeZone: string, moment: { readonly date: Date; readonly now: Date }): string;
}

/** Keeps the texts of counts and days. @param dateFormat the format of days, kept by whoever gives it */
export function createMomentTexts(dateFormat: (locale: string, timeZone: string) => Intl.DateTimeFormat): MomentTexts {
  const texts = createKept<string>(keptTexts);
  const days = createZoneDays();
  return {
    write(locale, timeZone, { date, now }) {
      const step = relativeStep(date.getTime() - now.getTime());
      if (step !== undefined) {
        const { count, unit } = step;
        const format = (): string => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(count, unit);
        return texts.of(`${locale} ${unit} ${count}`, format);
      }
      const format = (): string => dateFormat(locale, timeZone).format(date);
      const day = days.dayOf(date.getTime(), timeZone);
      return day === null ? format() : texts.of(`${locale} ${day}`, format);
    },
  };
}

const keptTexts = 5_000;

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
