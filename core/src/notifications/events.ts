import { defineEvent, Type, Uuid } from '@trellis-crm/sdk';
import { inboxTopic } from '../live/inbox-topic.js';

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

/** Somebody is to be told something: who that is and how is worked out after the commit. */
export const NoticeGiven = defineEvent(
  'core.notice-given',
  1,
  Type.Object({
    kind: Type.String(),
    users: Type.Array(Uuid),
    /** A right: all who hold it are told. */
    holding: nullable(Type.String()),
    entity: nullable(Type.String()),
    record: nullable(Uuid),
    values: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
    href: nullable(Type.String()),
    key: nullable(Type.String()),
    /** Who did what it tells of. */
    by: nullable(Uuid),
  }),
);

/** What stands in somebody's inbox changed. */
export const InboxChanged = defineEvent('core.inbox-changed', 1, Type.Object({ user: Uuid }), {
  order: { entity: inboxTopic, property: 'user' },
});
