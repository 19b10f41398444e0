import { Type, type Static, type TSchema } from '@sinclair/typebox';
import type { EntityToken } from './declaration.js';
import { Uuid, type Id } from './identifiers.js';

/** A durable fact other modules may act on after it was committed. Id: `<module>.<noun>-<past participle>`. */
export interface EventDefinition<S extends TSchema = TSchema> {
  readonly id: string;
  /** Grows when the payload changes incompatibly. */
  readonly version: number;
  /** JSON Schema of the payload; checked when emitted. */
  readonly payload: S;
  /** Entity and payload property that give the order key: events of one record reach a subscription in the order of its writes. */
  readonly order?: { readonly entity: string; readonly property: string };
}

/** An event as a subscription receives it. */
export interface EventEnvelope<P> {
  readonly id: Id;
  readonly event: string;
  readonly version: number;
  readonly payload: P;
  /** ISO 8601, UTC: when the writing transaction began. */
  readonly occurredAt: string;
  /** Same for every attempt: the idempotency key for effects outside the database. */
  readonly deliveryId: Id;
  readonly attempt: number;
}

/** Payload type of an event definition. */
export type PayloadOf<E> = E extends EventDefinition<infer S> ? Static<S> : never;

/**
 * Declares an event a plugin emits.
 * @example export const DealWon = defineEvent('sales.deal-won', 1, Type.Object({ dealId: Uuid, accountId: Type.Union([Uuid, Type.Null()]) }));
 * @since 0.1.0
 */
export function defineEvent<S extends TSchema>(
  id: `${string}.${string}-${string}`,
  version: number,
  payload: S,
  options: Pick<EventDefinition, 'order'> = {},
): EventDefinition<S> {
  return { id, version, payload, ...options };
}

/** What happened to a record, for the events core derives for each entity. */
export type RecordChange = 'created' | 'updated' | 'trashed' | 'restored' | 'purged' | 'merged';

const recordPayload = Type.Object(
  {
    id: Uuid,
    version: Type.Integer({ minimum: 1 }),
    /** Names of the changed fields for `updated` and `merged`; `owner` for what was `created` for somebody else; else empty. */
    changed: Type.Array(Type.String()),
    /** For `merged`: the record that took this one's place. */
    into: Type.Optional(Uuid),
  },
  { additionalProperties: false },
);

/** Schema of the payload of every derived record event. */
export type RecordEventSchema = typeof recordPayload;

/**
 * The event core derives for a change of any record of an entity.
 * @example host.on(recordEvent(Account, 'merged'), 'move-deals', moveDeals)
 * @since 0.1.0
 */
export function recordEvent(entity: EntityToken, change: RecordChange): EventDefinition<RecordEventSchema> {
  return {
    id: `${entity.id}-${change}`,
    version: 1,
    payload: recordPayload,
    order: { entity: entity.id, property: 'id' },
  };
}
