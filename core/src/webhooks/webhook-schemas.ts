import { Type, Uuid } from '@trellis-crm/sdk';
import type { Backlog } from './delivery-log.js';
import type { Attempt, Delivery, Webhook } from './webhook.js';

const Nullable = <T extends ReturnType<typeof Type.String>>(schema: T) => Type.Union([schema, Type.Null()]);
const Moment = Type.String({ format: 'date-time' });
const oneOf = (...values: readonly string[]) => Type.Union(values.map((value) => Type.Literal(value)));

const fields = {
  url: Type.String({ minLength: 1, maxLength: 2000 }),
  description: Type.String({ maxLength: 500 }),
  topics: Type.Array(Type.String({ minLength: 1, maxLength: 150 }), { minItems: 1, maxItems: 500, uniqueItems: true }),
};

/** What creates a webhook. */
export const WebhookBody = Type.Object(
  { url: fields.url, description: Type.Optional(fields.description), topics: fields.topics },
  { additionalProperties: false },
);

/** What changes one. */
export const WebhookPatchBody = Type.Partial(Type.Object({ ...fields, state: oneOf('active', 'paused') }), {
  additionalProperties: false,
});

/** How long the former secret signs too, in hours; a day unless told. */
export const RotationBody = Type.Object(
  { overlapHours: Type.Optional(Type.Integer({ minimum: 0, maximum: 168 })) },
  { additionalProperties: false },
);

/** From when on what failed is sent again. */
export const ReplaysBody = Type.Object({ since: Moment }, { additionalProperties: false });

/** Query of the log. */
export const LogQuery = Type.Object(
  {
    state: Type.Optional(oneOf('waiting', 'delivered', 'failed', 'dropped')),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
    after: Type.Optional(Type.String({ pattern: '^[0-9]{1,18}$' })),
  },
  { additionalProperties: false },
);

/** A webhook as the API answers it. */
export const WebhookSchema = Type.Object({
  id: Uuid,
  version: Type.Integer(),
  url: Type.String(),
  description: Type.String(),
  topics: Type.Array(Type.String()),
  state: oneOf('active', 'paused', 'disabled'),
  stateReason: Type.Union([oneOf('person', 'failing', 'gone'), Type.Null()]),
  failures: Type.Integer(),
  waiting: Type.Integer(),
  failed: Type.Integer(),
  failingSince: Nullable(Moment),
  formerSecretUntil: Nullable(Moment),
  createdAt: Moment,
  updatedAt: Moment,
});

/** A new secret, and until when the former one signs too. */
export const SecretSchema = Type.Object({ secret: Type.String(), formerSecretUntil: Nullable(Moment) });

/** An event one can ask for. */
export const TopicSchema = Type.Object({
  topic: Type.String(),
  entity: Nullable(Type.String()),
  version: Type.Union([Type.Integer(), Type.Null()]),
});

const AttemptSchema = Type.Object({
  at: Moment,
  status: Type.Union([Type.Integer(), Type.Null()]),
  error: Nullable(Type.String()),
  durationMs: Type.Integer(),
  answer: Type.String(),
});

const deliveryFields = {
  id: Uuid,
  messageId: Type.String(),
  type: Type.String(),
  state: oneOf('waiting', 'delivered', 'failed', 'dropped'),
  attempts: Type.Integer(),
  nextAt: Nullable(Moment),
  createdAt: Moment,
  last: Type.Union([AttemptSchema, Type.Null()]),
};

/** A message in the log. */
export const DeliverySchema = Type.Object(deliveryFields);

/** A message with what is sent and all its tries. */
export const DeliveryDetailSchema = Type.Object({
  ...deliveryFields,
  body: Type.String(),
  tries: Type.Array(AttemptSchema),
});

/** A webhook without its secrets. @param seen what waits for it, and the time it is now */
export function presentWebhook(
  { formerUntil, failingSince, createdAt, updatedAt, ...webhook }: Webhook,
  { backlog = { waiting: 0, failed: 0 }, now }: { readonly backlog: Backlog | undefined; readonly now: Date },
): object {
  return {
    ...webhook,
    ...backlog,
    failingSince: failingSince?.toISOString() ?? null,
    formerSecretUntil: formerUntil !== null && formerUntil > now ? formerUntil.toISOString() : null,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

/** A message as the log shows it. */
export function presentDelivery(delivery: Delivery): object {
  const { id, messageId, type, state, attempts, nextAt, createdAt, last } = delivery;
  return {
    ...{ id, messageId, type, state, attempts },
    nextAt: state === 'waiting' ? nextAt.toISOString() : null,
    createdAt: createdAt.toISOString(),
    last: last === null ? null : presentAttempt(last),
  };
}

/** One try. */
export function presentAttempt({ at, ...attempt }: Attempt): object {
  return { ...attempt, at: at.toISOString() };
}
