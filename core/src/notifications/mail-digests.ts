import type { Context, Id } from '@trellis-crm/sdk';
import { toLocalInput } from '../pages/fields/zoned-time.js';
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
    (users) => mailLines(workspace, ctx, users, 'immediate'),
  );
}

/** Mails the digests whose hour has come: once a day for whoever has something that came before that hour. */
export async function mailDigests(workspace: Workspace, ctx: Context): Promise<void> {
  const now = workspace.clock.now();
  const { rows } = await workspace.database.work.raw<{ rows: Waiting[] }>(waitingStatement, [now]);
  const due = rows.filter((waiting) => isDue(waiting, now, workspace.info().timeZone));
  await inGroups(due, async (group) => {
    await mailLines(
      workspace,
      ctx,
      group.map(({ user }) => user),
      'digest',
    );
    const days = group.map(({ user, timeZone }) => ({
      user_id: user,
      digest_hour: defaultDigestHour,
      last_digest_on: localDay(now, timeZone ?? workspace.info().timeZone),
    }));
    await workspace.database
      .work('core.notification_settings')
      .insert(days)
      .onConflict('user_id')
      .merge(['last_digest_on']);
  });
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
