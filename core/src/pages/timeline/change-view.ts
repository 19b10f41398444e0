import type { FoundEntry } from '../../timeline/index.js';
import { asText, findField } from '../fields/entity-field.js';
import { displayValue, type DisplaySources } from '../fields/field-display.js';
import type { EntityCall } from '../page-call.js';
import { tagsPath } from '../../records/tags/tag.js';
import { changesOf, type ShownChange } from './timeline-names.js';

/** Context of `core:timeline/_change`; of a part of a list, what came and what went is told. */
export interface ChangeView {
  readonly who: string;
  readonly text: string;
  readonly fields: readonly {
    readonly label: string;
    readonly from: string;
    readonly to: string;
    readonly isPart: boolean;
  }[];
}

const longest = 120;

/** A change of the record as its timeline tells it. */
export function changeView(call: EntityCall, { data }: FoundEntry, sources: DisplaySources): ChangeView {
  const { t, labels, entity } = call;
  const fields = changesOf(data).flatMap(([path, { from, to }]) => {
    const field = findField(entity, path);
    if (field === undefined && path === tagsPath) return tagLine(call, { from, to });
    if (field === undefined) return [];
    const show = (value: unknown): string => shortened(displayValue(entity, field, value ?? null, sources).text);
    return { label: labels.field(entity, field), from: show(from), to: show(to), isPart: false };
  });
  return {
    who: sources.names.titleOf('core.user', asText(data['actor'])) ?? t('timeline.system'),
    text: t(`timeline.verbs.${verbOf(data)}`, { one: labels.oneInText(entity.definition) }),
    fields,
  };
}

/** Which tags came, and which went. */
function tagLine({ t }: EntityCall, { from, to }: ShownChange): ChangeView['fields'] {
  const [before, after] = [tagNames(from), tagNames(to)];
  const apart = (some: readonly string[], others: readonly string[]): string =>
    shortened(some.filter((name) => !others.includes(name)).join(', '));
  return [{ label: t('tags.title'), from: apart(before, after), to: apart(after, before), isPart: true }];
}

function tagNames(value: unknown): readonly string[] {
  return Array.isArray(value) ? (value as readonly { readonly name: unknown }[]).map(({ name }) => asText(name)) : [];
}

const verbs: ReadonlySet<string> = new Set(['created', 'updated', 'trashed', 'restored', 'merged']);

function verbOf(data: FoundEntry['data']): string {
  const verb = asText(data['verb']);
  return verbs.has(verb) ? verb : 'updated';
}

function shortened(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
