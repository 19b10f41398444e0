import type { Id, Link } from '@trellis-crm/sdk';
import { Timelines, type FoundEntry } from '../../timeline/index.js';
import { findField } from '../fields/entity-field.js';
import { collectValue, namesFrom, type RecordNames } from '../fields/record-names.js';
import type { EntityCall } from '../page-call.js';

/** Names of all records that entries mention, in one query. */
export async function timelineNames(call: EntityCall, entries: readonly FoundEntry[]): Promise<RecordNames> {
  const wanted = new Map<string, Set<Id>>();
  const note = (entity: string, id: unknown): void => {
    if (typeof id === 'string') wanted.set(entity, (wanted.get(entity) ?? new Set()).add(id));
  };
  for (const { kind, data } of entries) {
    note('core.user', data['actor'] ?? data['createdBy']);
    note('core.user', data['owner']);
    for (const link of linksOf(data)) note(link.entity, link.id);
    if (kind === 'change') collectChanges(call, data, wanted);
  }
  const titles = await call.workspace.container.resolve(Timelines).titles(call.request, wanted);
  return namesFrom(call.request.generation.entities, (entity, id) => titles.get(`${entity} ${id}`));
}

/** Records that an activity is about, and who took part. */
export function linksOf(data: FoundEntry['data']): readonly Link[] {
  return [data['links'], data['participants']].flatMap((value) => (Array.isArray(value) ? (value as Link[]) : []));
}

/** A field as it was and as it became. */
export interface ShownChange {
  readonly from?: unknown;
  readonly to?: unknown;
}

/** What a change says, by field. */
export function changesOf(data: FoundEntry['data']): readonly (readonly [string, ShownChange])[] {
  return Object.entries((data['changes'] ?? {}) as Readonly<Record<string, ShownChange>>);
}

function collectChanges({ entity }: EntityCall, data: FoundEntry['data'], wanted: Map<string, Set<Id>>): void {
  for (const [path, { from, to }] of changesOf(data)) {
    const field = findField(entity, path);
    if (field === undefined) continue;
    for (const value of [from, to]) collectValue(entity, field.field, value, wanted);
  }
}
