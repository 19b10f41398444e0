import { Activity, type Id, type TimelineRequest } from '@trellis-crm/sdk';
import { MalformedError } from '@trellis-crm/sdk';
import { getRecords } from '../records/get-records.js';
import type { PresentedRecord } from '../records/present-record.js';
import { reachFor } from '../records/rights.js';
import { findPast, findPlanned, type ActivityPlace, type ActivityRequest } from './find-activities.js';
import type { FoundEntry, KindOption, Source, TimelineCall } from './timeline-entry.js';

const icons: Readonly<Record<string, string>> = {
  call: 'phone',
  voicemail: 'phone',
  email: 'mail',
  meeting: 'users',
  visit: 'map-pin',
  letter: 'send',
  fax: 'file',
  chat: 'message',
  note: 'note',
  task: 'checkbox',
};

/** Kinds of activities as people choose them. */
export const activityOptions: readonly KindOption[] = (Activity.fields.kind.options ?? []).map((kind) => ({
  name: kind,
  module: 'core',
  label: `activity.options.kind.${kind}`,
  icon: icons[kind] ?? 'activity',
  template: 'timeline/_activity',
}));

/** What was done with a record and with what belongs to it. */
export const activitySource: Source = {
  name: 'activities',
  options: activityOptions,
  async read(call, request) {
    if (!maySee(call)) return [];
    return readPast(call, { ...request, after: placeOf(request) });
  },
};

/** Whether an activity is still to be done: it has a due time, or is a task. */
export function isToDo({ kind, dueAt, doneAt }: Readonly<Record<string, unknown>>): boolean {
  return (doneAt ?? null) === null && (kind === 'task' || (dueAt ?? null) !== null);
}

/** Looks further, in longer strides, where so many were in the trash, or are to be done, that the page is not full. */
async function readPast(call: TimelineCall, request: ActivityRequest): Promise<readonly FoundEntry[]> {
  const entries: FoundEntry[] = [];
  let { after, limit } = request;
  for (;;) {
    const places = await findPast(call, { ...request, after, limit });
    const found = await entriesOf(
      call,
      places.map(({ id }) => id),
    );
    entries.push(...found.filter(({ data }) => !isToDo(data)));
    after = places.at(-1) ?? null;
    if (entries.length >= request.limit || places.length < limit || after === null) break;
    limit = Math.min(limit * 4, longestStride);
  }
  return entries.slice(0, request.limit);
}

const longestStride = 5000;

/** What is still to be done with a record, the most urgent first. */
export async function readPlanned(
  call: TimelineCall,
  request: Omit<ActivityRequest, 'after'>,
): Promise<readonly FoundEntry[]> {
  if (!maySee(call) || request.kinds.length === 0) return [];
  return entriesOf(call, await findPlanned(call, request));
}

/** Activities as entries, in the order of the ids; those that may not be seen are left out. */
export async function entriesOf({ scope }: TimelineCall, ids: readonly Id[]): Promise<readonly FoundEntry[]> {
  const activity = scope.generation.entities.get(Activity.id);
  if (activity === undefined || ids.length === 0) return [];
  const records = new Map((await getRecords(scope, activity, ids)).map((record) => [record.id, record]));
  return ids.flatMap((id) => {
    const record = records.get(id);
    return record === undefined ? [] : toEntry(record);
  });
}

function maySee({ scope }: TimelineCall): boolean {
  const activity = scope.generation.entities.get(Activity.id);
  return activity !== undefined && reachFor(scope, activity, 'read') !== null;
}

function toEntry(record: PresentedRecord): FoundEntry[] {
  const { id, kind, occurredAt } = record;
  const option = activityOptions.find(({ name }) => name === kind);
  if (option === undefined || typeof occurredAt !== 'string') return [];
  return [{ key: `${occurredAt}_${id}`, kind: option.name, at: occurredAt, data: record, option }];
}

const place = /^(\d{4}-[0-9T:.-]+Z)_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

function placeOf({ after }: TimelineRequest): ActivityPlace | null {
  if (after === null) return null;
  const [, at, id] = place.exec(after) ?? [];
  if (at === undefined || id === undefined || Number.isNaN(Date.parse(at))) throw new MalformedError('invalid_query');
  return { at, id };
}
