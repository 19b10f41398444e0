import type { Id, MailFailed, PayloadOf, TransactionContext } from '@trellis-crm/sdk';
import type { Workspace } from '../workspace/workspace.js';
import { tellNotice } from './tell.js';

/** Tells those who look after mails, with the way to this one, and the person it was sent for, without. */
export async function tellFailedMail(
  workspace: Workspace,
  tx: TransactionContext,
  { mailId, actor }: PayloadOf<typeof MailFailed>,
): Promise<void> {
  const common = { kind: 'core.mail-failed', entity: null, record: null, values: {}, by: null };
  const author: Id | null = /^user:(.+)$/.exec(actor)?.[1] ?? null;
  await tellNotice(workspace, tx, {
    ...{ ...common, users: [], holding: 'core.mail:administer', href: `/mails/${mailId}`, key: mailId },
  });
  if (author !== null)
    await tellNotice(workspace, tx, { ...common, users: [author], holding: null, href: null, key: 'own' });
}
