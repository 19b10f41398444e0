import { PluginError, type Id, type Notice, type NoticeReceiver } from '@trellis-crm/sdk';
import type { Identity } from '../auth/identity.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { appendEvents } from '../events/outbox.js';
import type { Generation } from '../kernel/generation.js';
import { actorKey } from '../kernel/plugin-identity.js';
import { NoticeGiven } from './events.js';
import { kindsOf } from './kinds.js';

/** Somebody in whose name a module tells something. */
export interface NoticeGiver {
  readonly generation: Generation;
  readonly module: string;
  readonly identity: Identity;
}

/** Stores that somebody is to be told something: one event, whoever it is for. @throws PluginError `kind_not_declared` */
export async function giveNotice(
  unit: UnitOfWork,
  { generation, module, identity }: NoticeGiver,
  { to, kind, notice }: { readonly to: NoticeReceiver; readonly kind: string; readonly notice: Notice },
): Promise<void> {
  if (kindsOf(generation).get(kind)?.module !== module) {
    const message = `${module} does not contribute the kind "${kind}" to NotificationKinds`;
    throw new PluginError('kind_not_declared', { module, kind }, { message });
  }
  const { record, values = {}, href, key } = notice;
  const payload = {
    ...{ kind, values, users: usersIn(to), holding: isRight(to) ? to.holding : null },
    ...{ entity: record?.entity ?? null, record: record?.id ?? null, href: href ?? null, key: key ?? null },
    by: identity.userId ?? identity.onBehalfOf,
  };
  const about = { recordVersion: null, actor: actorKey(identity), onBehalfOf: identity.onBehalfOf };
  await appendEvents(unit, [{ ...about, event: NoticeGiven, payload }]);
}

function isRight(to: NoticeReceiver): to is Extract<NoticeReceiver, { holding: unknown }> {
  return typeof to === 'object' && 'holding' in to;
}

function usersIn(to: NoticeReceiver): readonly Id[] {
  if (typeof to === 'string') return [to];
  return isRight(to) ? [] : to;
}
