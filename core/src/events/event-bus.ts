import { UnavailableError, type Clock, type EventEnvelope, type Id } from '@trellis-crm/sdk';
import type { InjectionToken } from 'tsyringe';
import type { Logger } from 'pino';
import type { Database } from '../database/database.js';
import type { Signals } from '../database/signals.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { enqueueJob } from '../jobs/job-queue.js';
import {
  moduleIdentity,
  type CallRunner,
  type Generation,
  type ModuleContexts,
  type Subscription,
} from '../kernel/index.js';
import { LiveChannel } from '../live/live-channel.js';
import { LiveHub } from '../live/live-hub.js';
import { topicsOf } from '../live/event-topics.js';
import { subscriptionId } from './module-work.js';
import { Relay, type RelayParts } from './relay.js';

/** What the event bus of a workspace is made of. */
export interface EventBusParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signals: Signals;
  readonly calls: CallRunner;
  /** Asked when an event is delivered: contexts and bus need each other. */
  contexts(): ModuleContexts;
  generation(): Generation;
  /** Locale and time zone that modules acting as themselves have. */
  place(): { readonly locale: string; readonly timeZone: string };
  sendMessages: RelayParts['sendMessages'];
}

/** Brings committed events to subscriptions and to browsers. One per workspace and process. */
export interface EventBus {
  readonly relay: Relay;
  /** Topics that changed, for streams of this process. */
  readonly hub: LiveHub;
  /** Sends topics to all processes. */
  readonly channel: LiveChannel;
  close(): Promise<void>;
}

/** The event bus of a workspace, in its container. */
export const EventBus: InjectionToken<EventBus> = Symbol('EventBus');

/** Name of core's job that tells people of changes. */
export const tellChangesJob = 'tell-changes';

/** A subscription that takes longer is given up, rolled back and tried again. */
const handlerTimeoutMs = 30_000;

/** Wires relay and live channel; the relay does not sweep until started. */
export function createEventBus(parts: EventBusParts): EventBus {
  const hub = new LiveHub();
  const channel = new LiveChannel(hub, parts.signals);
  const relay = new Relay({
    knex: parts.database.knex,
    clock: parts.clock,
    log: parts.log,
    connectionsInUse() {
      const { inUse, waiting } = parts.database.requestPool();
      return inUse + waiting;
    },
    subscriptions: subscriptionsOf(parts),
    runHandler: (subscription, envelope, unit, onBehalfOf) =>
      callHandler(parts, { subscription, envelope, unit, onBehalfOf }),
    tell: (trx) => enqueueJob(trx, { module: 'core', name: tellChangesJob, payload: {}, key: tellChangesJob }),
    listened: () => [...parts.generation().live.keys()],
    sendMessages: (trx) => parts.sendMessages(trx),
    announce: (trx, events) => channel.send(trx, topicsOf(events, parts.generation().live, parts.log)),
  });
  return {
    relay,
    hub,
    channel,
    async close() {
      await relay.close();
      channel.close();
    },
  };
}

/** By `<module>:<name>`, worked out once per generation. */
function subscriptionsOf(parts: EventBusParts): () => ReadonlyMap<string, Subscription> {
  let known: { readonly generation: Generation; readonly byId: ReadonlyMap<string, Subscription> } | undefined;
  return () => {
    const generation = parts.generation();
    if (known?.generation !== generation) {
      const all = [...generation.subscriptions.values()].flat();
      known = { generation, byId: new Map(all.map((one) => [subscriptionId(one.module, one.name), one])) };
    }
    return known.byId;
  };
}

interface HandlerCall {
  readonly subscription: Subscription;
  readonly envelope: EventEnvelope<unknown>;
  readonly unit: UnitOfWork;
  readonly onBehalfOf: Id | null;
}

async function callHandler(parts: EventBusParts, call: HandlerCall): Promise<void> {
  const generation = parts.generation();
  const { module, name } = call.subscription;
  const owner = generation.modules.find((one) => one.module === module);
  if (owner === undefined) throw new UnavailableError('plugin_disabled', { module });
  const identity = moduleIdentity(owner, parts.place(), call.onBehalfOf);
  await parts.calls.run({ module, what: `subscription ${name}`, timeoutMs: handlerTimeoutMs }, (signal) =>
    parts
      .contexts()
      .transaction({ generation, module, identity, unit: call.unit, signal }, (tx) =>
        call.subscription.handle(tx, call.envelope),
      ),
  );
}
