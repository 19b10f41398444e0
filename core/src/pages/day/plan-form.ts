import type { Problem } from '@trellis-crm/sdk';
import { Settings } from '../../settings/index.js';
import { choiceOf, repeats, ruleDays, ruleOf, weekdayNames, type Repeat } from '../../tasks/index.js';
import { asText, type RecordValues } from '../fields/entity-field.js';
import { textOf, type FormData } from '../fields/form-reader.js';
import type { PageCall } from '../page-call.js';

/** Minutes before it is due at which a reminder is offered. */
const offsets = ['0', '10', '60', '1440'];

/** What stays as it is: a reminder or rule that is none of those offered. */
const kept = 'kept';

interface Option {
  readonly value: string;
  readonly label: string;
}

/** Context of `core:tasks/_plan`: when one is reminded, and how it comes again. @param form what was sent, to be shown again */
export function planView(call: PageCall, task: RecordValues | null, form: FormData = formFrom(call, task)): object {
  const { t, env, workspace } = call;
  const first = weekdayNames.indexOf(workspace.container.resolve(Settings).current().weekStart);
  const names = new Intl.DateTimeFormat(env.locale, { weekday: 'short', timeZone: 'UTC' });
  const own = (name: string): readonly Option[] =>
    form[name] === kept ? [{ value: kept, label: t('tasks.plan.kept') }] : [];
  return {
    remind: textOf(form, 'remind'),
    reminders: [...offsets.map((value) => ({ value, label: t(`tasks.remind.${value}`) })), ...own('remind')],
    repeat: textOf(form, 'repeat'),
    repeats: [...repeats.map((value) => ({ value, label: t(`tasks.repeat.${value}`) })), ...own('repeat')],
    days: listOf(form, 'days'),
    // The fourth of January 1970 was a Sunday.
    weekdays: [...ruleDays.keys()].map((place) => {
      const day = (first + place) % ruleDays.length;
      return { value: ruleDays[day], label: names.format(new Date(Date.UTC(1970, 0, 4 + day))) };
    }),
    until: textOf(form, 'until'),
    count: textOf(form, 'count'),
  };
}

function formFrom({ env }: PageCall, task: RecordValues | null): FormData {
  if (task === null) return {};
  const remind = offsetOf(asText(task['dueAt']), asText(task['remindAt']));
  const rule = asText(task['recurrence']);
  if (rule === '') return { remind };
  const choice = choiceOf(rule, env.timeZone);
  if (choice === null) return { remind, repeat: kept };
  return { ...choice, remind, days: [...choice.days] };
}

function offsetOf(dueAt: string, remindAt: string): string {
  if (remindAt === '') return '';
  const minutes = String((Date.parse(dueAt) - Date.parse(remindAt)) / 60_000);
  return offsets.includes(minutes) ? minutes : kept;
}

/** What a plan says of a task that is due at a moment. */
export function readPlan({ env }: PageCall, form: FormData, dueAt: string): RecordValues {
  const [remind, repeat] = [textOf(form, 'remind'), textOf(form, 'repeat')];
  const known = repeats.find((one): one is Repeat => one === repeat);
  const [days, until, count] = [listOf(form, 'days'), textOf(form, 'until'), textOf(form, 'count')];
  const reminder = offsets.includes(remind)
    ? new Date(Date.parse(dueAt) - Number(remind) * 60_000).toISOString()
    : null;
  const rule = known === undefined ? null : ruleOf({ repeat: known, days, until, count }, dueAt, env.timeZone);
  return {
    ...(remind === kept ? {} : { remindAt: reminder }),
    ...(repeat === kept ? {} : { recurrence: rule }),
  };
}

/** What is wrong with a plan: without a due time there is nothing to remind of before it, and nothing to repeat. */
export function planProblems(form: FormData, dueAt: unknown): readonly Problem[] {
  const isPlanned = [textOf(form, 'remind'), textOf(form, 'repeat')].some((one) => one !== '');
  if (!isPlanned || (dueAt ?? null) !== null) return [];
  return [{ pointer: '/dueAt', code: 'required', message: 'is required' }];
}

function listOf(form: FormData, name: string): readonly string[] {
  const value = form[name];
  const all = value === undefined ? [] : typeof value === 'string' ? [value] : value;
  return all.filter((one) => one !== '');
}
