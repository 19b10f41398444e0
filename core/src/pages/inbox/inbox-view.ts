import type { InboxAnswer, NotificationView } from '../../notifications/index.js';
import { snoozeChoices } from '../day/task-view.js';
import { toLocalInput } from '../fields/zoned-time.js';
import type { PageCall } from '../page-call.js';

/** The parts of an inbox, as the API calls them. */
export const inboxViews = ['unread', 'all', 'snoozed'] as const;

/** One of {@link inboxViews}. */
export type InboxViewName = (typeof inboxViews)[number];

/** Context of `core:inbox/list`, without the title. */
export function inboxView(call: PageCall, { data, page, unread }: InboxAnswer, view: InboxViewName): object {
  const { t } = call;
  const days = Map.groupBy(data, (line) => dayOf(call, line));
  const moments = snoozeChoices(call);
  return {
    tabs: inboxViews.map((name) => ({
      label: t(`notifications.${name}`),
      href: name === 'unread' ? '/inbox' : `/inbox?view=${name}`,
      isCurrent: name === view,
      ...(name === 'unread' && { count: unread }),
    })),
    readAllUpTo: unread > 0 && view !== 'snoozed' ? call.env.now.toISOString() : undefined,
    days: [...days].map(([label, lines]) => ({
      label,
      lines: lines.map((line) => lineView(call, line, { view, moments })),
    })),
    emptyTitle: t(view === 'snoozed' ? 'notifications.noneSnoozed' : 'notifications.none'),
    nextHref: page.next === null ? undefined : `/inbox?view=${view}&after=${page.next}`,
  };
}

interface SnoozeMoment {
  readonly label: string;
  readonly until: string;
}

function lineView(
  { t, env, request }: PageCall,
  { id, icon, text, href, toldAt, readAt, snoozedUntil }: NotificationView,
  { view, moments }: { readonly view: InboxViewName; readonly moments: readonly SnoozeMoment[] },
): object {
  const { formatters } = request.generation.views;
  const base = `/inbox/${id}`;
  const fields = [{ name: 'view', value: view }];
  const isUnread = readAt === null;
  const snooze = moments.map(({ label, until }) => ({
    ...{ label, icon: 'clock', action: `${base}/snooze` },
    fields: [...fields, { name: 'until', value: until }],
  }));
  const pick = { label: t('tasks.snooze.date'), icon: 'calendar', href: `${base}/snooze` };
  const markLabel = t(isUnread ? 'notifications.read' : 'notifications.markUnread');
  const markAction = `${base}/${isUnread ? 'reading' : 'unreading'}`;
  const wake = { label: t('notifications.wake'), icon: 'bell', action: `${base}/waking`, fields };
  return {
    ...{ id, icon, text, isUnread, fields },
    openAction: href === null ? undefined : `${base}/opening`,
    time: formatters.timeAgo(env, toldAt),
    datetime: toldAt,
    note:
      snoozedUntil === null ? '' : t('notifications.snoozedUntil', { until: formatters.dateTime(env, snoozedUntil) }),
    groups: [
      { items: [{ label: markLabel, icon: isUnread ? 'check' : 'mail', action: markAction, fields }] },
      snoozedUntil === null ? { label: t('notifications.snooze'), items: [...snooze, pick] } : { items: [wake] },
    ],
  };
}

const dayMs = 86_400_000;

/** Today, yesterday, or the day itself. */
function dayOf({ t, env, request }: PageCall, { toldAt }: NotificationView): string {
  const days = [env.now, new Date(env.now.getTime() - dayMs)].map((moment) =>
    localDay(moment.toISOString(), env.timeZone),
  );
  const day = localDay(toldAt, env.timeZone);
  if (day === days[0]) return t('notifications.today');
  if (day === days[1]) return t('notifications.yesterday');
  return request.generation.views.formatters.date(env, day);
}

function localDay(iso: string, timeZone: string): string {
  return toLocalInput(iso, timeZone).slice(0, 10);
}
