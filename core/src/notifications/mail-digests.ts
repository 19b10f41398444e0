import type { Context, Id } from '@trellis-crm/sdk';
import { toLocalInput } from '../pages/fields/zoned-time.js';
import type { Knex } from 'knex';
import type { Workspace } from '../workspace/workspace.js';
import { defaultDigestHour } from './channels.js';
import { mailLines } from './mail-notices.js';

/** Mails lines that people want as they come. */
export async function mailAtOnce(workspace: Workspace, ctx: Context): Promise<void> {
  const { rows } = await workspace.database.work.raw<{ rows: { user: Id }[] }>(
    `select distinct user_id as "user" from core.notifications
     where mail = 'immediate' and mailed_at is null and read_at is null and (snoozed_until is null or snoozed_until <= ?)`,
    [workspace.clock.now()],
  );
  await inGroups(
    rows.map(({ user }) => user),
    (users) => mailLines(workspace, ctx, 'immediate', () => Promise.resolve(users)),
  );
}

/** Mails the digests whose hour has come: once a day for whoever has something that came before that hour. */
export async function mailDigests(workspace: Workspace, ctx: Context): Promise<void> {
  const now = workspace.clock.now();
  const { rows } = await workspace.database.work.raw<{ rows: Waiting[] }>(waitingStatement, [now]);
  const due = rows.filter((waiting) => isDue(waiting, now, workspace.info().timeZone));
  await inGroups(due, async (group) => {
    const days = group.map(({ user, timeZone }) => ({
      user_id: user,
      digest_hour: defaultDigestHour,
      last_digest_on: localDay(now, timeZone ?? workspace.info().timeZone),
    }));
    await mailLines(workspace, ctx, 'digest', (trx) => claimDigests(trx, days));
  });
}

/** Those whose digest of the day nobody else mails or has mailed: who comes later waits here, and finds the day taken. */
async function claimDigests(trx: Knex, days: readonly object[]): Promise<readonly Id[]> {
  const { rows } = await trx.raw<{ rows: { user: Id }[] }>(
    `insert into core.notification_settings as s (user_id, digest_hour, last_digest_on)
     select user_id, digest_hour, last_digest_on
     from jsonb_to_recordset(?::jsonb) as d(user_id uuid, digest_hour smallint, last_digest_on date) order by user_id
     on conflict (user_id) do update set last_digest_on = excluded.last_digest_on
       where s.last_digest_on is distinct from excluded.last_digest_on
     returning user_id as "user"`,
    [JSON.stringify(days)],
  );
  return rows.map(({ user }) => user);
}

interface Waiting {
  readonly user: Id;
  readonly timeZone: string | null;
  readonly hour: number;
  /** `YYYY-MM-DD` */
  readonly lastOn: string | null;
  /** When the oldest line came. */
  readonly since: Date;
}

const waitingStatement = `
  select n.user_id as "user", u.time_zone as "timeZone", coalesce(s.digest_hour, ${defaultDigestHour}) as hour,
    s.last_digest_on::text as "lastOn", min(n.told_at) as since
  from core.notifications n
  join core.users u on u.id = n.user_id and u.status = 'active' and u.deleted_at is null
  left join core.notification_settings s on s.user_id = n.user_id
  where n.mail = 'digest' and n.mailed_at is null and n.read_at is null and (n.snoozed_until is null or n.snoozed_until <= ?)
  group by n.user_id, u.time_zone, s.digest_hour, s.last_digest_on`;

/** By the clock of the person: today's hour has come, something came before it, and no digest left today. */
function isDue({ timeZone, hour, lastOn, since }: Waiting, now: Date, workspaceZone: string): boolean {
  const zone = timeZone ?? workspaceZone;
  const today = localDay(now, zone);
  const moment = `${today}T${String(hour).padStart(2, '0')}:00`;
  if (lastOn === today || toLocalInput(now.toISOString(), zone) < moment) return false;
  return toLocalInput(since.toISOString(), zone) < moment;
}

function localDay(moment: Date, timeZone: string): string {
  return toLocalInput(moment.toISOString(), timeZone).slice(0, 10);
}

const groupSize = 100;

async function inGroups<T>(all: readonly T[], act: (group: readonly T[]) => Promise<void>): Promise<void> {
  for (let from = 0; from < all.length; from += groupSize) await act(all.slice(from, from + groupSize));
}
