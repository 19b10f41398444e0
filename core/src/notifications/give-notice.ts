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
  const payload = { kind, ...receiversIn(to), ...factsOf(notice), by: identity.userId ?? identity.onBehalfOf };
  const about = { recordVersion: null, actor: actorKey(identity), onBehalfOf: identity.onBehalfOf };
  await appendEvents(unit, [{ ...about, event: NoticeGiven, payload }]);
}

function factsOf({ record, values = {}, href, key }: Notice) {
  return { values, href: href ?? null, key: key ?? null, entity: record?.entity ?? null, record: record?.id ?? null };
}

function receiversIn(to: NoticeReceiver): { readonly users: readonly Id[]; readonly holding: string | null } {
  if (typeof to === 'string') return { users: [to], holding: null };
  return isRight(to) ? { users: [], holding: to.holding } : { users: to, holding: null };
}

function isRight(to: NoticeReceiver): to is Extract<NoticeReceiver, { readonly holding: unknown }> {
  return typeof to === 'object' && 'holding' in to;
}
