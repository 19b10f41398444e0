import { createKept, type Kept } from './kept.js';
import { createZoneDays } from './zone-days.js';

/** Tells moments by how long ago they are. Formatting one takes longer than the rest of its row, and rows share their days. */
export interface MomentTexts {
  /** "2 hours ago", "in 3 days"; past a month the day on the clocks of the zone. Moments are milliseconds since 1970. */
  write(locale: string, timeZone: string, moment: { readonly ms: number; readonly nowMs: number }): string;
}

/** Keeps the texts of counts and days. @param dateFormat the format of days, kept by whoever gives it */
export function createMomentTexts(dateFormat: (locale: string, timeZone: string) => Intl.DateTimeFormat): MomentTexts {
  const languages = new Map<string, LanguageTexts>();
  const days = createZoneDays();
  return {
    write(locale, timeZone, { ms, nowMs }) {
      const texts = languages.get(locale) ?? openLanguage();
      languages.set(locale, texts);
      const step = relativeStep(ms - nowMs);
      if (step !== undefined) {
        const { count, unit } = step;
        const format = (): string => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(count, unit);
        return texts.steps.of(`${unit} ${count}`, format);
      }
      const format = (): string => dateFormat(locale, timeZone).format(ms);
      const day = days.dayOf(ms, timeZone);
      return day === null ? format() : texts.days.of(day, format);
    },
  };
}

interface LanguageTexts {
  readonly steps: Kept<string>;
  /** By the number of the day since 1970. */
  readonly days: Kept<string, number>;
}

function openLanguage(): LanguageTexts {
  return { steps: createKept(keptSteps), days: createKept(keptDays) };
}

const keptSteps = 500;
const keptDays = 5_000;

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
