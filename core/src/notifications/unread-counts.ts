import type { Clock, Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { InjectionToken } from 'tsyringe';
import type { Signals } from '../database/signals.js';
import { inboxTopic } from '../live/inbox-topic.js';
import type { LiveHub } from '../live/live-hub.js';
import { countUnread } from './notification-store.js';

/** How many lines want each person's attention, known without asking: it stands on every page. */
export interface UnreadCounts {
  /** Up to 100. */
  of(user: Id): number | Promise<number>;
  /** Counts anew the next time, after a change in this process. */
  forget(user: Id): void;
}

/** The counts of a workspace. */
export const UnreadCounts: InjectionToken<UnreadCounts> = Symbol('UnreadCounts');

/** What the counts need from elsewhere. */
export interface UnreadCountsParts {
  readonly knex: Knex;
  readonly clock: Clock;
  readonly hub: LiveHub;
  readonly signals: Signals;
}

/** A change that nobody heard of is seen after this time. */
const keepMs = 60_000;
const maxUsers = 10_000;

/** Counts again what the topic of an inbox says has changed, in whichever process. */
export function createUnreadCounts({ knex, clock, hub, signals }: UnreadCountsParts): UnreadCounts {
  const known = new Map<Id, { readonly count: number; readonly until: number }>();
  let changes = 0;
  const forget = (user: Id): void => {
    changes++;
    known.delete(user);
  };
  hub.watch([inboxTopic], (topic) => forget(topic.slice(inboxTopic.length + 1)));
  signals.onConnected(() => known.clear());
  const count = async (user: Id): Promise<number> => {
    const [now, before] = [clock.now(), changes];
    const counted = await countUnread(knex, user, now);
    if (known.size >= maxUsers) known.clear();
    // What changed meanwhile may not be in the count.
    if (changes === before) known.set(user, { count: counted, until: now.getTime() + keepMs });
    return counted;
  };
  return {
    of(user) {
      const kept = known.get(user);
      return kept !== undefined && kept.until > clock.now().getTime() ? kept.count : count(user);
    },
    forget,
  };
}
