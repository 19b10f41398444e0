import { Account, User, type CreateOf, type Id, type TransactionContext } from '@trellis-crm/sdk';
import { Deal } from '../deals/deal.entity.js';
import { loadPipeline } from '../pipelines/pipeline-stages.js';

const products = ['Starter plan', 'Team plan', 'Enterprise plan', 'Service contract', 'Training days'];
const dealCount = 24;
const dayMs = 86_400_000;

/** A believable pipeline over the demo accounts: the same every time, with dates around today. */
export async function seedDemoDeals(tx: TransactionContext): Promise<void> {
  const accounts = await tx.query(Account).sort('name').limit(dealCount);
  const users = await tx.query(User).where({ status: 'active' }).sort('name').limit(10);
  const { stages } = await loadPipeline(tx);
  if (accounts.length === 0) return;
  const inputs = Array.from({ length: dealCount }, (_, index): CreateOf<typeof Deal> => {
    const account = at(accounts, index);
    const product = at(products, index * 3);
    const stage = at(stages, index);
    return {
      name: product,
      account: account.id,
      stage: stage.id,
      status: stage.outcome,
      product,
      amount: { amount: String(1500 + ((index * 7919) % 480) * 50), currency: tx.workspace.baseCurrency },
      engagedOn: day(tx, -90 + index * 3),
      closeOn: day(tx, -20 + index * 5),
      closedOn: stage.outcome === 'open' ? null : day(tx, Math.min(-1, index - 20)),
      ...ownerOf(users, index),
    };
  });
  await tx.elevated().records(Deal).createMany(inputs);
}

function ownerOf(users: readonly { readonly id: Id }[], index: number): { owner?: Id } {
  return users.length === 0 ? {} : { owner: at(users, index).id };
}

function day(tx: TransactionContext, offsetDays: number): string {
  return new Date(tx.clock.now().getTime() + offsetDays * dayMs).toISOString().slice(0, 10);
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index % list.length];
  if (item === undefined) throw new RangeError('an empty list has no items');
  return item;
}
