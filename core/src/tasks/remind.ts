import { Activity, type Context, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { tell } from '../notifications/index.js';
import type { Workspace } from '../workspace/workspace.js';

/** Tells owners of what they wanted to be reminded of: mark and notice are one transaction, so each is told once. */
export function remindOwners(workspace: Workspace, ctx: Context): Promise<void> {
  const { database, clock } = workspace;
  return ctx.tx(async (tx) => {
    const due = await database.tx((trx) => takeDue(trx, clock.now()));
    const common = { kind: 'core.reminder', entity: Activity.id, by: null, values: {}, count: 1 };
    const lines = due.map(({ id, owner }) => ({ ...common, user: owner, key: id, record: id, href: null }));
    if (lines.length > 0) await tell(workspace, tx, lines);
  });
}

/** Those left over wait a minute. */
const mostAtOnce = 1000;

/** Marks reminders whose moment has come; those of more than a week ago, when nothing ran, are over. */
async function takeDue(trx: Knex, now: Date): Promise<readonly { readonly id: Id; readonly owner: Id }[]> {
  const { rows } = await trx.raw<{ rows: { readonly id: Id; readonly owner: Id }[] }>(
    `with due as (
       select a.id, a.owner_id, a.remind_at from core.activities a
       where a.deleted_at is null and a.done_at is null and a.remind_at is not null and a.owner_id is not null
         and a.remind_at <= ?::timestamptz and a.remind_at > ?::timestamptz - interval '7 days'
         and not exists (
           select from core.activity_reminders g where g.activity_id = a.id and g.remind_at = a.remind_at)
       order by a.remind_at limit ${mostAtOnce} for update of a skip locked
     ), given as (
       insert into core.activity_reminders (activity_id, remind_at) select id, remind_at from due
       on conflict (activity_id) do update set remind_at = excluded.remind_at
       returning activity_id
     )
     select d.id, d.owner_id as owner from due d join given g on g.activity_id = d.id`,
    [now, now],
  );
  return rows;
}
