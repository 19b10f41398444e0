import { Activity } from '@trellis-crm/sdk';
import { isToDo, type FoundEntry } from '../../timeline/index.js';
import { asText, findField } from '../fields/entity-field.js';
import { filesValue } from '../fields/files-display.js';
import { displayField, type DisplaySources } from '../fields/field-display.js';
import type { EntityCall } from '../page-call.js';
import { linksOf } from './timeline-names.js';

/** Context of `core:timeline/_activity`. */
export interface ActivityView {
  readonly subject: string;
  readonly href: string;
  readonly facts: string;
  readonly body: string;
  /** Whether there is more of the text on the activity's own page. */
  readonly isCut: boolean;
  readonly links: readonly { readonly text: string; readonly href: string }[];
  readonly files: readonly { readonly text: string; readonly href: string; readonly note?: string }[];
  /** When it is due, for what is still planned. */
  readonly due: { readonly text: string; readonly datetime: string; readonly isLate: boolean } | null;
  /** What can be done with it; empty for those who may not change it. */
  readonly groups: readonly { readonly items: readonly object[] }[];
  readonly doneAction: string | null;
  readonly menuId: string;
}

/** Facts beside the kind, where they are filled in. */
const factFields = ['direction', 'outcome', 'duration'];

const longestBody = 600;

/** One activity as a timeline shows it. */
export function activityView(
  call: EntityCall,
  { data }: FoundEntry,
  { sources, isPinned }: { readonly sources: DisplaySources; readonly isPinned: boolean },
): ActivityView {
  const id = asText(data['id']);
  const subject = asText(data['subject']);
  const body = bodyOf(data, subject);
  return {
    subject,
    href: `/activities/${id}`,
    facts: factsOf(call, data, sources),
    body: body.slice(0, longestBody),
    isCut: body.length > longestBody,
    links: linksShown(call, data, sources),
    files: filesValue(data['files'], sources).entries,
    due: dueOf(call, data, sources),
    ...actionsOn(call, data, isPinned),
    menuId: `entry-${id}${isPinned ? '-pinned' : ''}`,
  };
}

/** The first line of a note is its subject already. */
function bodyOf(data: FoundEntry['data'], subject: string): string {
  const body = asText(data['body']);
  return body.startsWith(subject) ? body.slice(subject.length).trim() : body;
}

function factsOf(call: EntityCall, data: FoundEntry['data'], sources: DisplaySources): string {
  const entity = call.request.generation.entities.get(Activity.id);
  const owner = sources.names.titleOf('core.user', asText(data['owner'] ?? data['createdBy'])) ?? '';
  const facts = ['kind', ...factFields].map((path) => {
    const field = entity && findField(entity, path);
    return entity === undefined || field === undefined ? '' : displayField(entity, field, data, sources).text;
  });
  return [...facts, owner].filter((text) => text !== '').join(' · ');
}

/** Others than the record whose timeline it is, as far as the reader may see them. */
function linksShown(call: EntityCall, data: FoundEntry['data'], { names }: DisplaySources): ActivityView['links'] {
  const own = call.request.params['id'];
  const shown = new Map(
    linksOf(data)
      .filter(({ id }) => id !== own)
      .flatMap(({ entity, id }) => {
        const name = names.of(entity, id);
        return name === null ? [] : [[id, { text: name.title, href: name.href }] as const];
      }),
  );
  return [...shown.values()];
}

function dueOf({ env }: EntityCall, data: FoundEntry['data'], { formatters }: DisplaySources): ActivityView['due'] {
  if (!isToDo(data) || data['dueAt'] === null) return null;
  const datetime = asText(data['dueAt']);
  return { datetime, text: formatters.dateTime(env, datetime), isLate: Date.parse(datetime) < env.now.getTime() };
}

function actionsOn(
  { ctx, t, entity, request }: EntityCall,
  data: FoundEntry['data'],
  isPinned: boolean,
): Pick<ActivityView, 'groups' | 'doneAction'> {
  const id = asText(data['id']);
  const base = `/${entity.path}/${request.params['id'] ?? ''}/timeline/${id}`;
  const mayChange = ctx.can(`${Activity.id}:update`, data);
  const change = { label: t('form.edit'), icon: 'pencil', href: `/activities/${id}/edit` };
  const pin = isPinned
    ? { label: t('timeline.unpin'), icon: 'flag', action: `${base}/unpin` }
    : { label: t('timeline.pin'), icon: 'flag', action: `${base}/pin` };
  const trash = { label: t('record.trash'), icon: 'trash', action: `${base}/trash`, isDanger: true };
  const offered = [
    { isOffered: mayChange, item: change },
    { isOffered: ctx.can(`${Activity.id}:update`), item: pin },
    { isOffered: ctx.can(`${Activity.id}:delete`, data), item: trash },
  ];
  const items = offered.filter(({ isOffered }) => isOffered).map(({ item }) => item);
  return {
    groups: items.length === 0 ? [] : [{ items }],
    doneAction: mayChange && isToDo(data) ? `${base}/completion` : null,
  };
}
