import type { BaseLogger } from 'pino';
import type { FannedEvent } from '../events/fan-out.js';
import type { LiveListener } from '../kernel/registrations.js';
import type { Topic } from './live-hub.js';

/** The records that events are about: the one that gives their order, and those that live listeners name; of a crowd the entity only. */
export function topicsOf(
  events: readonly FannedEvent[],
  listeners: ReadonlyMap<string, readonly LiveListener[]>,
  log: BaseLogger,
): readonly Topic[] {
  const topics = new Set<Topic>();
  for (const event of events) {
    if (event.entity !== null) topics.add(event.orderKey === null ? event.entity : `${event.entity}:${event.orderKey}`);
    for (const listener of listeners.get(event.type) ?? []) {
      const subject = subjectOf(listener, event, log);
      if (subject !== null) topics.add(`${subject.entity}:${subject.id}`);
    }
  }
  return [...topics];
}

/** A listener that throws costs its own message only. */
function subjectOf(listener: LiveListener, event: FannedEvent, log: BaseLogger): { entity: string; id: string } | null {
  try {
    return listener.subject(event.payload);
  } catch (error) {
    log.error({ err: error, module: listener.module, event: event.type }, 'live listener failed');
    return null;
  }
}
