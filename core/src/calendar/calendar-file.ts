import type { Activity, Id, RecordOf } from '@trellis-crm/sdk';
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
  /** Whose calendar it is: reminders of others are not theirs. */
  readonly reader: Id;
  /** What tasks are: many programs show no to-dos. */
  readonly tasksAs: 'to-dos' | 'events';
}

/** An iCalendar file (RFC 5545): tasks are VTODO unless they are asked for as VEVENT, as all else that is planned is. It depends on nothing but its content. */
export function calendarFile(content: CalendarContent): string {
  const { name, entries } = content;
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
    components: entries.map((entry) => componentOf(entry, content)),
  });
}

function componentOf(entry: Entry, { publicUrl, reader, tasksAs }: CalendarContent): Component {
  const isToDo = entry.kind === 'task' && tasksAs === 'to-dos';
  return {
    name: isToDo ? 'VTODO' : 'VEVENT',
    properties: [...commonOf(entry, publicUrl), ...(isToDo ? todoOf(entry) : eventOf(entry))],
    components: alarmsOf(entry, reader),
  };
}

/** The reminder of the one who is to do it, until it is done. */
function alarmsOf({ owner, remindAt, doneAt, subject }: Partial<Entry>, reader: Id): readonly Component[] {
  if (owner !== reader || typeof remindAt !== 'string' || typeof doneAt === 'string') return [];
  const trigger = property('TRIGGER;VALUE=DATE-TIME', icsMoment(remindAt));
  const properties = [property('ACTION', 'DISPLAY'), property('DESCRIPTION', icsText(subject ?? '')), trigger];
  return [{ name: 'VALARM', properties }];
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

/** A task keeps nobody busy at the moment when it is due. */
function eventOf({ kind, dueAt, duration, outcome }: Entry): readonly Property[] {
  return [
    ['DTSTART', icsMoment(dueAt ?? '')],
    ['DURATION', `PT${String(Math.max(duration ?? usualSeconds, 60))}S`],
    ['STATUS', outcome === 'cancelled' ? 'CANCELLED' : 'CONFIRMED'],
    ['TRANSP', kind === 'task' ? 'TRANSPARENT' : 'OPAQUE'],
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
