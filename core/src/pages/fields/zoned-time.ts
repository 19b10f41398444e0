/** `2027-03-31T14:30`, as a `datetime-local` control shows the moment in the person's zone. */
export function toLocalInput(iso: string, timeZone: string): string {
  const moment = new Date(iso).getTime();
  return new Date(moment + offsetMs(moment, timeZone)).toISOString().slice(0, 16);
}

/** `2027-03-31 14:30`, and `:05` where there are seconds: a moment as files tell it in the person's zone. */
export function toLocalText(iso: string, timeZone: string): string {
  const moment = new Date(iso).getTime();
  const local = new Date(moment + offsetMs(moment, timeZone)).toISOString();
  return local.slice(0, local.slice(17, 19) === '00' ? 16 : 19).replace('T', ' ');
}

/** The moment a `datetime-local` value means in the zone, in UTC. In the hour a clock change repeats, the first one. @returns null when it is not a date and time */
export function fromLocalInput(local: string, timeZone: string): string | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(local)) return null;
  const wallMs = Date.parse(`${local.length === 16 ? `${local}:00` : local}Z`);
  if (Number.isNaN(wallMs)) return null;
  const candidates = [wallMs - dayMs, wallMs + dayMs].map((near) => wallMs - offsetMs(near, timeZone));
  const exact = candidates.find((moment) => moment + offsetMs(moment, timeZone) === wallMs);
  return new Date(exact ?? candidates[0] ?? wallMs).toISOString();
}

const dayMs = 86_400_000;

/** How far the zone's clocks are ahead of UTC at that moment. */
function offsetMs(moment: number, timeZone: string): number {
  const parts = formatter(timeZone).formatToParts(moment);
  const value = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const wall = Date.UTC(
    value('year'),
    value('month') - 1,
    value('day'),
    value('hour'),
    value('minute'),
    value('second'),
  );
  return wall - Math.floor(moment / 1000) * 1000;
}

/** By zone: to make one costs more than a thousand times what it formats, and files of many rows ask for the same. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(timeZone: string): Intl.DateTimeFormat {
  let known = formatters.get(timeZone);
  if (known === undefined) formatters.set(timeZone, (known = createFormatter(timeZone)));
  return known;
}

function createFormatter(timeZone: string): Intl.DateTimeFormat {
  const style = 'numeric';
  return new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: style,
    month: style,
    day: style,
    hour: style,
    minute: style,
    second: style,
  });
}
