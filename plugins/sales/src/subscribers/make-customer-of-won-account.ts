import { Account, type EventEnvelope, type Id, type TransactionContext } from '@trellis-crm/sdk';
import { settings } from '../settings.js';

/** The first won deal turns a prospect into a customer. Nothing changes when the account already is one. */
export async function makeCustomerOfWonAccount(
  tx: TransactionContext,
  event: EventEnvelope<{ readonly dealId: Id; readonly accountId: Id | null }>,
): Promise<void> {
  const { accountId } = event.payload;
  if (accountId === null || !tx.settings(settings).makeCustomers) return;
  const [account] = await tx.records(Account).getMany([accountId]);
  if (account === undefined || account.roles.includes('customer')) return;
  const roles = [...account.roles.filter((role) => role !== 'prospect'), 'customer' as const];
  await tx.records(Account).update(accountId, { roles });
}
