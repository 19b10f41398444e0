import { Activity, type Context } from '@trellis-crm/sdk';
import type { Workspace } from '../workspace/workspace.js';
import { Settings } from '../settings/index.js';
import { dayWindows } from './day-windows.js';
import { findDay } from './find-day.js';

/** Lines on the home page; the rest is a click away. */
const shownCount = 6;

/** Context of `core:tasks/panel`: what is late and what is for today, the most urgent first. Null for whoever is no user. */
export async function dayPanel({ container, database }: Workspace, ctx: Context): Promise<object | null> {
  const { userId, timeZone } = ctx.actor;
  if (userId === null) return null;
  const now = ctx.clock.now();
  const { overdue, today } = dayWindows(now, timeZone, container.resolve(Settings).current());
  const window = { group: 'today', from: overdue.from, to: today.to } as const;
  const places = await findDay(database.knex, userId, [window], shownCount + 1);
  const found = await ctx.records(Activity).getMany(places.map(({ id }) => id));
  const tasks = found.filter(({ dueAt }) => typeof dueAt === 'string').toSorted(byDue);
  const items = tasks.slice(0, shownCount).map(({ id, subject, dueAt }) => {
    const isLate = Date.parse(String(dueAt)) < now.getTime();
    const late = { tag: { label: ctx.t('tasks.groups.overdue'), tone: 'bad' } };
    const note = ctx.format.dateTime(String(dueAt));
    return { title: subject, href: `/activities/${id}`, icon: 'square', note, ...(isLate ? late : {}) };
  });
  return { items, hasMore: tasks.length > shownCount };
}

function byDue(left: { readonly dueAt?: string | null }, right: { readonly dueAt?: string | null }): number {
  return String(left.dueAt) < String(right.dueAt) ? -1 : 1;
}
