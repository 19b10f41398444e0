import { PluginError, UnavailableError } from '@trellis-crm/sdk';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { TokenBucket } from './token-bucket.js';

/** Most events of its own that a module emits in one transaction: more is a loop, or belongs into one event with a list. */
const maxPerUnit = 2000;
/** What one module of one process may emit: a subscription that answers an event with that event would go on for ever. */
const eventsPerModule = { perSecond: 2000, burst: 20_000 };

/** Keeps one module from flooding the event bus. */
export interface EventLimits {
  /** @throws PluginError `too_many_events` for this transaction, UnavailableError `event_flood` for now */
  count(module: string, unit: UnitOfWork): void;
}

/** Creates the limits of one process. */
export function createEventLimits(): EventLimits {
  const perUnit = new WeakMap<UnitOfWork, number>();
  const buckets = new Map<string, TokenBucket>();
  return {
    count(module, unit) {
      const emitted = (perUnit.get(unit) ?? 0) + 1;
      perUnit.set(unit, emitted);
      if (emitted > maxPerUnit) throw tooMany(module);
      const bucket = buckets.get(module) ?? new TokenBucket(eventsPerModule);
      buckets.set(module, bucket);
      if (!bucket.take()) throw flood(module);
    },
  };
}

function tooMany(module: string): PluginError {
  const message = `${module} emits more than ${maxPerUnit} events in one transaction`;
  return new PluginError('too_many_events', { module, limit: maxPerUnit }, { message });
}

function flood(module: string): UnavailableError {
  const message = `${module} emits more than ${eventsPerModule.perSecond} events a second`;
  return new UnavailableError('event_flood', { module, retryAfterSeconds: 5 }, { message });
}
