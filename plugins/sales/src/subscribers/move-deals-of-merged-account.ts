import type { EventEnvelope, Id, TransactionContext } from '@trellis-crm/sdk';
import { Deal } from '../deals/deal.entity.js';

const batchSize = 200;

/** Deals of an account that was merged into another follow it there. */
export async function moveDealsOfMergedAccount(
  tx: TransactionContext,
  event: EventEnvelope<{ readonly id: Id; readonly into?: Id }>,
): Promise<void> {
  const { id: from, into } = event.payload;
  if (into === undefined) return;
  const deals = tx.records(Deal);
  for (;;) {
    const batch = await tx.query(Deal).where({ account: from }).select('id').limit(batchSize);
    if (batch.length === 0) return;
    await deals.updateMany(batch.map(({ id }) => ({ id, patch: { account: into } })));
  }
}
