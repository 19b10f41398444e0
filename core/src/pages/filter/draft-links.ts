import type { DraftCondition } from './filter-draft.js';

/** Where a condition on links leads to, `<entity>:<id>`; one that is not chosen yet has no id. */
export function linkOfDraft({ word, values }: DraftCondition): string {
  const [entity, id] = partsOfLink(values[0] ?? '');
  return word === '' ? `${entity}:${id}` : `${word}:${id}`;
}

/** Entity and id of `<entity>:<id>`, or of an id alone. */
export function partsOfLink(value: string): readonly [entity: string, id: string] {
  const colon = value.indexOf(':');
  return [value.slice(0, Math.max(colon, 0)), value.slice(colon + 1)];
}
