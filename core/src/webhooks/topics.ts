import type { RecordChange } from '@trellis-crm/sdk';
import type { Generation } from '../kernel/generation.js';

/** Something a webhook can ask for. */
export interface Topic {
  /** `*`, `<entity>.*` or an event. */
  readonly topic: string;
  /** Entity it is about; null for `*` and events without an order. */
  readonly entity: string | null;
  /** Version of the event's payload; null for a wildcard. */
  readonly version: number | null;
}

const changes: readonly RecordChange[] = ['created', 'updated', 'trashed', 'restored', 'purged', 'merged'];

/** The topic that stands for every event. */
export const everything = '*';

/** The topic that stands for all events of an entity's records. */
export function allOf(entity: string): string {
  return `${entity}.*`;
}

/** All topics there are: everything, then entity by entity what happens to its records, then the events that belong to none. */
export function listTopics({ entities, events }: Generation): readonly Topic[] {
  const declared = [...events.values()].map(({ id, version, order }): Topic => ({
    topic: id,
    entity: order?.entity ?? null,
    version,
  }));
  const byEntity = [...entities.keys()].flatMap((entity) => [
    { topic: allOf(entity), entity, version: null },
    ...changes.map((change): Topic => ({ topic: `${entity}-${change}`, entity, version: 1 })),
    ...declared.filter((one) => one.entity === entity),
  ]);
  const others = declared.filter(({ entity }) => entity === null || !entities.has(entity));
  return [{ topic: everything, entity: null, version: null }, ...byEntity, ...others];
}
