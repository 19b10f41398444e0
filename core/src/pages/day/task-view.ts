import { Activity, type Id, type RecordOf } from '@trellis-crm/sdk';
import { Settings } from '../../settings/index.js';
import { snoozeMoments } from '../../tasks/index.js';
import { Timelines } from '../../timeline/index.js';
import { namesFrom, type RecordNames } from '../fields/record-names.js';
import type { PageCall } from '../page-call.js';

/** An activity that is to be done. */
export type Task = RecordOf<typeof Activity>;

/** Names of what tasks are about, in one query. */
export async function taskNames(call: PageCall, tasks: readonly Task[]): Promise<RecordNames> {
  const wanted = new Map<string, Set<Id>>();
  for (const { entity, id } of tasks.flatMap(({ links }) => links))
    wanted.set(entity, (wanted.get(entity) ?? new Set()).add(id));
  const titles = await call.workspace.container.resolve(Timelines).titles(call.request, wanted);
  return namesFrom(call.request.generation.entities, (entity, id) => titles.get(`${entity} ${id}`));
}

const icons: Readonly<Record<string, string>> = {
  call: 'phone',
  email: 'mail',
  letter: 'mail',
  meeting: 'users',
  visit: 'map-pin',
  task: 'checkbox',
};

/** Context of `core:tasks/_task`. */
export function taskView(call: PageCall, task: Task, names: RecordNames): object {
  const { ctx, t, env, request } = call;
  const { id, subject, kind, links, priority } = task;
  const dueAt = task.dueAt ?? null;
  const mayChange = ctx.can(`${Activity.id}:update`, task);
  return {
    ...{ id, subject, href: `/activities/${id}`, icon: icons[kind] ?? 'activity' },
    links: links.flatMap((link) => {
      const name = names.of(link.entity, link.id);
      return name === null ? [] : [{ text: name.title, href: name.href }];
    }),
    due: dueAt === null ? t('tasks.undated') : request.generation.views.formatters.dateTime(env, dueAt),
    datetime: dueAt,
    kindLabel: kind === 'task' ? '' : t(`activity.options.kind.${kind}`),
    isRepeated: typeof task.recurrence === 'string',
    isLate: dueAt !== null && Date.parse(dueAt) < env.now.getTime(),
    isUrgent: priority === 'high',
    doneAction: mayChange ? `/day/${id}/completion` : null,
    doneLabel: t('tasks.doneOf', { name: subject }),
    groups: mayChange ? menuOf(call, task) : [],
  };
}

function menuOf(call: PageCall, { id, dueAt }: Task): readonly object[] {
  const { t } = call;
  const snooze = snoozeChoices(call).map(({ label, until }) => ({
    ...{ label, icon: 'clock', action: `/day/${id}/snooze` },
    fields: [{ name: 'until', value: until }],
  }));
  const pick = { label: t('tasks.snooze.date'), icon: 'calendar', href: `/day/${id}/snooze` };
  const plan = { label: t('tasks.plan.title'), icon: 'alarm', href: `/day/${id}/plan` };
  const change = { label: t('form.edit'), icon: 'pencil', href: `/activities/${id}/edit` };
  const further = typeof dueAt === 'string' ? [plan, change] : [change];
  return [{ label: t('tasks.snooze.title'), items: [...snooze, pick] }, { items: further }];
}

/** Until when tasks can be put off, with what each is called. */
export function snoozeChoices({
  t,
  env,
  workspace,
}: PageCall): readonly { readonly label: string; readonly until: string }[] {
  const calendar = workspace.container.resolve(Settings).current();
  return snoozeMoments(env.now, env.timeZone, calendar).map(({ name, until }) => ({
    label: t(`tasks.snooze.${name}`),
    until,
  }));
}
