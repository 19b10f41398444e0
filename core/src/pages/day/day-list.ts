import { Activity, type Id } from '@trellis-crm/sdk';
import { Settings } from '../../settings/index.js';
import { dayGroups, dayWindows, findDay, type DayGroup } from '../../tasks/index.js';
import type { PageCall } from '../page-call.js';
import { showPage, type PageAnswer } from '../page-endpoint.js';
import { addForm, type AddState } from './add-form.js';
import { taskNames, taskView, type Task } from './task-view.js';

/** Tasks of each part that are shown at once. */
const shownCount = 50;

/** Asked for in the address: one part alone, from a place on. */
interface Asked {
  readonly group: DayGroup | null;
  readonly after: string | null;
}

/** `GET /day`: what one owns and has to do, by when it is due; with `?group` and `?after` what follows in one part. */
export async function showDay(call: PageCall, state?: AddState): Promise<PageAnswer> {
  const { t, render, ctx } = call;
  const asked = askedIn(call);
  const [groups, add] = await Promise.all([
    groupsOf(call, asked),
    asked.group === null && ctx.can(`${Activity.id}:create`) ? addForm(call, state) : null,
  ]);
  const title = t('tasks.title');
  const html = render('core:tasks/day', { title, groups, add, isFirst: asked.group === null });
  const here = asked.group === null ? [{ label: title }] : [{ label: title, href: '/day' }];
  const part = asked.group === null ? [] : [{ label: t(`tasks.groups.${asked.group}`) }];
  const page = { title, breadcrumbs: [...here, ...part], blocks: [{ name: 'day', html }] };
  return showPage(page, state === undefined ? 200 : 422);
}

function askedIn({ request: { url, method } }: PageCall): Asked {
  const name = method === 'GET' ? url.searchParams.get('group') : null;
  const group = dayGroups.find((known) => known === name) ?? null;
  return { group, after: group === null ? null : url.searchParams.get('after') };
}

async function groupsOf(call: PageCall, { group, after }: Asked): Promise<readonly object[]> {
  const { request, workspace, env } = call;
  const { userId } = request.identity;
  if (userId === null) return [];
  const windows = dayWindows(env.now, env.timeZone, workspace.container.resolve(Settings).current());
  const wanted = dayGroups.filter((one) => group === null || one === group);
  const asked = wanted.map((one) => ({ ...windows[one], group: one, after }));
  const places = await findDay(workspace.database.knex, userId, asked, shownCount + 1);
  const byGroup = Map.groupBy(places, (place) => place.group);
  const shown = wanted.map((one) => ({ name: one, all: byGroup.get(one) ?? [] }));
  const ids = shown.flatMap(({ all }) => all.slice(0, shownCount).map(({ id }) => id));
  const tasks = await visibleTasks(call, ids);
  const names = await taskNames(call, [...tasks.values()]);
  return shown.flatMap(({ name, all }) => {
    const rows = all.slice(0, shownCount).flatMap(({ id }) => tasks.get(id) ?? []);
    const last = all.length > shownCount ? all[shownCount - 1] : undefined;
    if (rows.length === 0 && last === undefined) return [];
    return {
      label: call.t(`tasks.groups.${name}`),
      isLate: name === 'overdue',
      tasks: rows.map((task) => taskView(call, task, names)),
      moreHref: last && `/day?group=${name}&after=${encodeURIComponent(last.cursor)}`,
    };
  });
}

/** By id, as far as the reader may see them. */
async function visibleTasks({ ctx }: PageCall, ids: readonly Id[]): Promise<ReadonlyMap<Id, Task>> {
  const found = await ctx.records(Activity).getMany(ids);
  return new Map(found.map((task) => [task.id, task]));
}
