/** Finds the calendar day of a moment in a time zone, as a number of days since 1970. */
export interface ZoneDays {
  /** @returns null where the clocks of the zone change near that moment: then only a calendar can tell */
  dayOf(ms: number, timeZone: string): number | null;
}

/** Asks the calendar for the clock of a zone once for each day: a moment's own day is arithmetic then. */
export function createZoneDays(): ZoneDays {
  const zones = new Map<string, Zone>();
  return {
    dayOf(ms, timeZone) {
      const zone = zones.get(timeZone) ?? openZone(timeZone);
      zones.set(timeZone, zone);
      const day = Math.floor(ms / dayMs);
      let offset = zone.offsets.get(day);
      if (offset === undefined) {
        if (zone.offsets.size >= maxDays) zone.offsets.clear();
        offset = steadyOffset(zone.calendar, day);
        zone.offsets.set(day, offset);
      }
      return offset === null ? null : Math.floor((ms + offset) / dayMs);
    },
  };
}

interface Zone {
  readonly calendar: Intl.DateTimeFormat;
  /** How far the clocks are ahead of UTC, by the day of UTC; null on a day when that changes. */
  readonly offsets: Map<number, number | null>;
}

function openZone(timeZone: string): Zone {
  return { calendar: new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }), offsets: new Map() };
}

const dayMs = 86_400_000;
const maxDays = 10_000;

function steadyOffset(calendar: Intl.DateTimeFormat, day: number): number | null {
  const first = offsetMs(calendar, day * dayMs);
  return first === offsetMs(calendar, (day + 1) * dayMs - 1) ? first : null;
}

/** From `GMT`, `GMT+05:30` or, long ago, `GMT-00:44:30`. */
function offsetMs(format: Intl.DateTimeFormat, ms: number): number {
  const name = format.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = /([+-])(\d+):(\d+)(?::(\d+))?/.exec(name) ?? [];
  const size = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -size : size;
}
