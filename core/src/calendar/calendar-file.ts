import type { Activity, RecordOf } from '@trellis-crm/sdk';
import { icsMoment, icsText, writeComponent, type Component, type Property } from './ics.js';

type Entry = RecordOf<typeof Activity>;

/** What a calendar file is made of. */
export interface CalendarContent {
  /** Shown by calendar programs. */
  readonly name: string;
  /** Base of links, without a slash at the end. */
  readonly publicUrl: string;
  /** Planned activities the reader may see. */
  readonly entries: readonly Entry[];
}

/** An iCalendar file (RFC 5545): tasks are VTODO, all else that is planned is VEVENT. It depends on nothing but its content. */
export function calendarFile({ name, publicUrl, entries }: CalendarContent): string {
  return writeComponent({
    name: 'VCALENDAR',
    properties: [
      ['VERSION', '2.0'],
      ['PRODID', '-//Trellis CRM//Calendar//EN'],
      ['CALSCALE', 'GREGORIAN'],
      ['METHOD', 'PUBLISH'],
      ['X-WR-CALNAME', icsText(name)],
      ['REFRESH-INTERVAL;VALUE=DURATION', 'PT15M'],
    ],
    components: entries.map((entry) => componentOf(entry, publicUrl)),
  });
}

function componentOf(entry: Entry, publicUrl: string): Component {
  const isTask = entry.kind === 'task';
  return {
    name: isTask ? 'VTODO' : 'VEVENT',
    properties: [...commonOf(entry, publicUrl), ...(isTask ? todoOf(entry) : eventOf(entry))],
  };
}

/** Fields that the reader may not see are not there. */
function commonOf(
  { id, version, subject, body, createdAt, updatedAt }: Partial<Entry> & Pick<Entry, 'id'>,
  publicUrl: string,
): readonly Property[] {
  return [
    ['UID', `${id}@trellis-crm`],
    ['DTSTAMP', icsMoment(updatedAt ?? '1970-01-01T00:00:00.000Z')],
    ...(createdAt === undefined ? [] : [property('CREATED', icsMoment(createdAt))]),
    ...(updatedAt === undefined ? [] : [property('LAST-MODIFIED', icsMoment(updatedAt))]),
    ['SEQUENCE', String((version ?? 1) - 1)],
    ['SUMMARY', icsText(subject ?? '')],
    ...(typeof body === 'string' ? [property('DESCRIPTION', icsText(body))] : []),
    ['URL', `${publicUrl}/activities/${id}`],
  ];
}

const usualSeconds = 1800;

function eventOf({ dueAt, duration, outcome }: Entry): readonly Property[] {
  return [
    ['DTSTART', icsMoment(dueAt ?? '')],
    ['DURATION', `PT${String(Math.max(duration ?? usualSeconds, 60))}S`],
    ['STATUS', outcome === 'cancelled' ? 'CANCELLED' : 'CONFIRMED'],
  ];
}

const priorities: Readonly<Record<string, string>> = { high: '1', normal: '5', low: '9' };

function todoOf({ dueAt, doneAt, priority }: Partial<Entry>): readonly Property[] {
  const isDone = typeof doneAt === 'string';
  return [
    ['DUE', icsMoment(dueAt ?? '')],
    ['STATUS', isDone ? 'COMPLETED' : 'NEEDS-ACTION'],
    ...(isDone ? [property('COMPLETED', icsMoment(doneAt)), property('PERCENT-COMPLETE', '100')] : []),
    ['PRIORITY', priorities[priority ?? 'normal'] ?? '5'],
  ];
}

function property(name: string, value: string): Property {
  return [name, value];
}
