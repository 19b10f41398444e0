import type { FoundEntry } from '../../timeline/index.js';
import { asText, findField } from '../fields/entity-field.js';
import { displayValue, type DisplaySources } from '../fields/field-display.js';
import type { EntityCall } from '../page-call.js';
import { changesOf } from './timeline-names.js';

/** Context of `core:timeline/_change`. */
export interface ChangeView {
  readonly who: string;
  readonly text: string;
  readonly fields: readonly { readonly label: string; readonly from: string; readonly to: string }[];
}

const longest = 120;

/** A change of the record as its timeline tells it. */
export function changeView(call: EntityCall, { data }: FoundEntry, sources: DisplaySources): ChangeView {
  const { t, labels, entity } = call;
  const fields = changesOf(data).flatMap(([path, { from, to }]) => {
    const field = findField(entity, path);
    if (field === undefined) return [];
    const show = (value: unknown): string => shortened(displayValue(entity, field, value ?? null, sources).text);
    return { label: labels.field(entity, field), from: show(from), to: show(to) };
  });
  return {
    who: sources.names.titleOf('core.user', asText(data['actor'])) ?? t('timeline.system'),
    text: t(`timeline.verbs.${verbOf(data)}`, { one: labels.oneInText(entity.definition) }),
    fields,
  };
}

const verbs: ReadonlySet<string> = new Set(['created', 'updated', 'trashed', 'restored', 'merged']);

function verbOf(data: FoundEntry['data']): string {
  const verb = asText(data['verb']);
  return verbs.has(verb) ? verb : 'updated';
}

function shortened(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
