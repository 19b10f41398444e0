import type { Clock, Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { prepare, runPrepared } from '../database/prepared.js';
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

/** Activities on top of timelines. */
export class TimelinePins {
  constructor(
    private readonly knex: Knex,
    private readonly clock: Clock,
  ) {}

  /** Puts an activity on top; the oldest one makes room. */
  async add({ entity, recordId, activityId, userId }: Pin): Promise<void> {
    await this.knex.raw(
      `insert into core.timeline_pins (entity, record_id, activity_id, pinned_by, pinned_at) values (?, ?, ?, ?, ?)
       on conflict (entity, record_id, activity_id) do nothing`,
      [entity, recordId, activityId, userId, this.clock.now()],
    );
    await this.knex.raw(
      `delete from core.timeline_pins where (entity, record_id, activity_id) in (
         select entity, record_id, activity_id from core.timeline_pins where entity = ? and record_id = ?
         order by pinned_at desc, activity_id offset ${mostPins})`,
      [entity, recordId],
    );
  }

  /** Takes it down again; nothing happens when it is not on top. */
  async remove({ entity, recordId, activityId }: Omit<Pin, 'userId'>): Promise<void> {
    await this.knex('core.timeline_pins').where({ entity, record_id: recordId, activity_id: activityId }).delete();
  }
}

/** Ids of the activities on top of a timeline, the latest first. */
export async function pinnedTo({ scope, entity, id }: TimelineCall): Promise<readonly Id[]> {
  const rows = await runPrepared(scope.db, statement, [entity.definition.id, id]);
  return rows.map(([activity]) => String(activity));
}

const statement = prepare(
  'select activity_id from core.timeline_pins where entity = $1::text and record_id = $2::uuid order by pinned_at desc, activity_id',
);
