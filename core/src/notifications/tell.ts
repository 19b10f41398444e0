import type { Id, PayloadOf, PermissionKey, TransactionContext } from '@trellis-crm/sdk';
import { holdersOf, Roles } from '../auth/index.js';
import type { Database } from '../database/database.js';
import { appendEvents } from '../events/outbox.js';
import type { Workspace } from '../workspace/workspace.js';
import { InboxChanged, type NoticeGiven } from './events.js';
import { insertNotices, type NoticeLine } from './insert-notices.js';
import { kindsOf } from './kinds.js';

/** Name of the job that mails what is to leave at once. */
export const mailNoticesJob = 'mail-notices';

/** Writes lines in the transaction under way, has browsers hear of it, and mails at once what people want so. */
export async function tell(workspace: Workspace, tx: TransactionContext, lines: readonly NoticeLine[]): Promise<void> {
  const { database, clock } = workspace;
  const kinds = kindsOf(workspace.generation());
  const told = await database.tx((trx) => insertNotices(trx, lines, kinds, clock.now()));
  await announce(
    database,
    told.map(({ user }) => user),
  );
  if (told.some(({ mailsNow }) => mailsNow)) await tx.jobs.add(mailNoticesJob, {}, { key: mailNoticesJob });
}

/** Has the browsers of these people ask anew; in the transaction under way. */
export async function announce({ units }: Pick<Database, 'units'>, users: readonly Id[]): Promise<void> {
  const unit = units.getStore();
  if (unit === undefined) throw new Error('an inbox changes in a transaction only');
  const common = { event: InboxChanged, recordVersion: null, actor: 'plugin:core', onBehalfOf: null };
  await appendEvents(
    unit,
    users.map((user) => ({ ...common, payload: { user } })),
  );
}

/** Tells of a notice: the durable subscription behind `tx.notify`. */
export async function tellNotice(
  workspace: Workspace,
  tx: TransactionContext,
  payload: PayloadOf<typeof NoticeGiven>,
): Promise<void> {
  const { users, holding, kind, key, entity, record, by, values, href } = payload;
  // A payload carries the right as plain text.
  const more = holding === null ? [] : await holders(workspace, holding as PermissionKey);
  const all = [...new Set([...users, ...more])];
  const line = { kind, entity, record, by, values, href, count: 1, key: key ?? record };
  await tell(
    workspace,
    tx,
    all.map((user) => ({ ...line, user })),
  );
}

function holders({ database, container, generation }: Workspace, permission: PermissionKey): Promise<readonly Id[]> {
  const roles = container.resolve(Roles);
  return database.tx((knex) => holdersOf({ knex, roles }, generation(), permission));
}
