import { RRuleTemporal } from 'rrule-temporal';

const part: Readonly<Record<string, RegExp>> = {
  FREQ: /^(DAILY|WEEKLY|MONTHLY|YEARLY)$/,
  INTERVAL: /^[1-9]\d{0,2}$/,
  COUNT: /^[1-9]\d{0,2}$/,
  UNTIL: /^\d{8}(T\d{6}Z)?$/,
  BYDAY: /^([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)(,([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)){0,6}$/,
  BYMONTHDAY: /^-?([1-9]|[12]\d|3[01])(,-?([1-9]|[12]\d|3[01])){0,30}$/,
  BYMONTH: /^([1-9]|1[0-2])(,([1-9]|1[0-2])){0,11}$/,
  BYSETPOS: /^-?[1-5]$/,
  WKST: /^(MO|TU|WE|TH|FR|SA|SU)$/,
};

/** The parts of a rule by name, or null when it is none. */
export function rulePartsOf(rule: string): ReadonlyMap<string, string> | null {
  const pairs = rule.split(';').map((one) => one.split('=', 2) as [string, string | undefined]);
  const parts = new Map(pairs.map(([name, value]) => [name, value ?? '']));
  const isFine = [...parts].every(([name, value]) => Object.hasOwn(part, name) && part[name]?.test(value) === true);
  const isWhole = parts.size === pairs.length && parts.has('FREQ') && !hasTwoEnds(parts);
  return isFine && isWhole && isMoment(parts.get('UNTIL') ?? '20260101') ? parts : null;
}

/** Whether there is such a day, and such a time of it. */
function isMoment(until: string): boolean {
  const [day = '', time = '000000Z'] = until.split('T');
  const text = `${day}T${time}`.replace(/^(.{4})(..)(..T..)(..)(..)Z$/, '$1-$2-$3:$4:$5.000Z');
  const moment = new Date(text);
  // A 30th of February would be taken for a day of March.
  return !Number.isNaN(moment.getTime()) && moment.toISOString() === text;
}

/** A rule ends on a day or after a number of times. */
function hasTwoEnds(parts: ReadonlyMap<string, string>): boolean {
  return parts.has('COUNT') && parts.has('UNTIL');
}

/** Whether a text is a rule that a calendar understands. */
export function isRecurrence(rule: string): boolean {
  const parts = new Map(rulePartsOf(rule));
  if (parts.size === 0) return false;
  const endless = [...parts].filter(([name]) => name !== 'UNTIL' && name !== 'COUNT');
  try {
    const text = endless.map(([name, value]) => `${name}=${value}`).join(';');
    return nextTime(text, '20260101T090000', 'UTC', new Date(0)) !== null;
  } catch {
    // What means no day at all, like the 30th of February, is given up.
    return false;
  }
}

/**
 * The first time after a moment that a rule means.
 * @param start local time `YYYYMMDDTHHMMSS` in the zone from which the rule counts
 * @returns milliseconds since 1970, or null when there is none any more
 */
export function nextTime(rule: string, start: string, timeZone: string, after: Date): number | null {
  return ruleFrom(rule, start, timeZone).next(after, false)?.epochMilliseconds ?? null;
}

/** Periods that are looked at for one that fits. */
const mostTries = 500;

function ruleFrom(rule: string, start: string, timeZone: string): RRuleTemporal {
  return new RRuleTemporal({
    rruleString: `DTSTART;TZID=${timeZone}:${start}\nRRULE:${rule}`,
    maxIterations: mostTries,
  });
}
