import { Activity, MalformedError } from '@trellis-crm/sdk';
import { ownedBetween } from '../../calendar/index.js';
import type { Endpoint } from '../../http/endpoint.js';
import { Settings } from '../../settings/index.js';
import {
  addDays,
  calendarStretch,
  startOf,
  todayIn,
  type CalendarStretch,
  type CalendarView,
} from '../../tasks/index.js';
import { toLocalInput } from '../fields/zoned-time.js';
import type { PageCall, PageDeps } from '../page-call.js';
import { pageEndpoint, showPage, type PageAnswer } from '../page-endpoint.js';

/** What I own and planned, by month or week. */
export function calendarPages(deps: PageDeps): readonly Endpoint[] {
  return [pageEndpoint(deps, 'GET /calendar', { access: 'core.activity:read', handle: showCalendar })];
}

interface Asked {
  readonly view: CalendarView;
  readonly day: string;
}

async function showCalendar(call: PageCall): Promise<PageAnswer> {
  const { t, render, env, workspace } = call;
  const asked = askedIn(call);
  const stretch = calendarStretch(asked.day, asked.view, workspace.container.resolve(Settings).current());
  const entries = await entriesOf(call, stretch);
  const title = t('tasks.calendar.title');
  const html = render('core:calendar/calendar', {
    title,
    heading: headingOf(call, asked, stretch),
    views: (['month', 'week'] as const).map((view) => ({
      ...{ label: t(`tasks.calendar.${view}`), href: hrefOf(view, asked.day), isCurrent: view === asked.view },
    })),
    ...{ previousHref: hrefOf(asked.view, stretch.previous), nextHref: hrefOf(asked.view, stretch.next) },
    todayHref: hrefOf(asked.view, todayIn(env.now, env.timeZone)),
    isMonth: asked.view === 'month',
    weekdays: (stretch.weeks[0] ?? []).map((day) => formatDay(call, day, { weekday: 'short' })),
    weeks: stretch.weeks.map((week) => week.map((day) => dayView(call, day, entries.get(day) ?? [], asked))),
  });
  return showPage({ title, breadcrumbs: [{ label: title }], blocks: [{ name: 'calendar', html }] });
}

/** @throws MalformedError `invalid_query` for a day that is none */
function askedIn({ request: { url }, env }: PageCall): Asked {
  const day = url.searchParams.get('day') ?? todayIn(env.now, env.timeZone);
  const isDay = /^(19|20|21)\d{2}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day)) && addDays(day, 0) === day;
  if (!isDay) {
    const problem = { pointer: '?day', code: 'wrong_format', message: 'must be a day' };
    throw new MalformedError('invalid_query', {}, { errors: [problem] });
  }
  return { view: url.searchParams.get('view') === 'week' ? 'week' : 'month', day };
}

function hrefOf(view: CalendarView, day: string): string {
  return `/calendar?view=${view}&day=${day}`;
}

interface Entry {
  readonly subject: string;
  readonly href: string;
  readonly time: string;
  readonly isDone: boolean;
  readonly isLate: boolean;
}

async function entriesOf(call: PageCall, { weeks }: CalendarStretch): Promise<ReadonlyMap<string, readonly Entry[]>> {
  const { ctx, env, request, workspace } = call;
  const days = weeks.flat();
  const { userId } = request.identity;
  if (userId === null) return new Map();
  const [from, to] = [days[0] ?? '', addDays(days.at(-1) ?? '', 1)].map((day) => startOf(day, env.timeZone));
  const ids = await ownedBetween(workspace.database.knex, userId, from ?? '', to ?? '');
  const found = await ctx.records(Activity).getMany(ids);
  const dated = found.flatMap((one) => (typeof one.dueAt === 'string' ? [{ ...one, dueAt: one.dueAt }] : []));
  const sorted = dated.toSorted((left, right) => (left.dueAt < right.dueAt ? -1 : 1));
  const grouped = Map.groupBy(sorted, ({ dueAt }) => toLocalInput(dueAt, env.timeZone).slice(0, 10));
  const { formatters } = request.generation.views;
  const viewOf = ({ id, subject, dueAt, doneAt }: (typeof sorted)[number]): Entry => ({
    ...{ subject, href: `/activities/${id}`, time: formatters.time(env, dueAt) },
    isDone: typeof doneAt === 'string',
    isLate: doneAt === null && Date.parse(dueAt) < env.now.getTime(),
  });
  return new Map([...grouped].map(([day, ofDay]) => [day, ofDay.map(viewOf)]));
}

/** Entries of a day that a month has room for. */
const shownCount = 3;

function dayView(call: PageCall, day: string, entries: readonly Entry[], asked: Asked): object {
  const isMonth = asked.view === 'month';
  const hidden = isMonth ? Math.max(entries.length - shownCount, 0) : 0;
  return {
    label: formatDay(call, day, { weekday: 'long', day: 'numeric', month: 'long' }),
    number: String(Number(day.slice(8))),
    href: hrefOf('week', day),
    isToday: day === todayIn(call.env.now, call.env.timeZone),
    isOutside: isMonth && day.slice(0, 7) !== asked.day.slice(0, 7),
    entries: isMonth ? entries.slice(0, shownCount) : entries,
    count: entries.length,
    more: hidden === 0 ? '' : call.t('tasks.calendar.more', { count: hidden }),
  };
}

function headingOf(call: PageCall, { view, day }: Asked, { weeks }: CalendarStretch): string {
  if (view === 'month') return formatDay(call, day, { month: 'long', year: 'numeric' });
  const days = weeks.flat();
  return dayFormat(call, { day: 'numeric', month: 'short', year: 'numeric' }).formatRange(
    midnightOf(days[0] ?? day),
    midnightOf(days.at(-1) ?? day),
  );
}

function formatDay(call: PageCall, day: string, options: Intl.DateTimeFormatOptions): string {
  return dayFormat(call, options).format(midnightOf(day));
}

function dayFormat({ env }: PageCall, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(env.locale, { ...options, timeZone: 'UTC' });
}

function midnightOf(day: string): Date {
  return new Date(`${day}T00:00:00Z`);
}
