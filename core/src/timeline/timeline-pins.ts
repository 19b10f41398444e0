import type { Id } from '@trellis-crm/sdk';
import { prepare, runPrepared } from '../database/prepared.js';
import type { WriteScope } from '../records/record-scope.js';
import type { TimelineCall } from './timeline-entry.js';

/** What somebody put on top of a record's timeline, for everybody. */
export interface Pin {
  readonly entity: string;
  readonly recordId: Id;
  readonly activityId: Id;
  readonly userId: Id | null;
}

/** At most so many, or nothing stands out. */
const mostPins = 5;

/** Puts an activity on top; the oldest one makes room. */
export async function addPin({ db, clock }: WriteScope, { entity, recordId, activityId, userId }: Pin): Promise<void> {
  await db.raw(
    `insert into core.timeline_pins (entity, record_id, activity_id, pinned_by, pinned_at) values (?, ?, ?, ?, ?)
     on conflict (entity, record_id, activity_id) do nothing`,
    [entity, recordId, activityId, userId, clock.now()],
  );
  await db.raw(
    `delete from core.timeline_pins where (entity, record_id, activity_id) in (
       select entity, record_id, activity_id from core.timeline_pins where entity = ? and record_id = ?
       order by pinned_at desc, activity_id offset ${mostPins})`,
    [entity, recordId],
  );
}

/** Takes it down again; nothing happens when it is not on top. */
export async function removePin({ db }: WriteScope, { entity, recordId, activityId }: Pin): Promise<void> {
  await db('core.timeline_pins').where({ entity, record_id: recordId, activity_id: activityId }).delete();
}

/** Ids of the activities on top of a timeline, the latest first. */
export async function pinnedTo({ scope, entity, id }: TimelineCall): Promise<readonly Id[]> {
  const rows = await runPrepared(scope.db, statement, [entity.definition.id, id]);
  return rows.map(([activity]) => String(activity));
}

const statement = prepare(
  'select activity_id from core.timeline_pins where entity = $1::text and record_id = $2::uuid order by pinned_at desc, activity_id',
);
