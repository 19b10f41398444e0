import type { Context, GroupRow, Money, Static } from '@trellis-crm/sdk';
import { Deal } from './deal.entity.js';
import type { OutcomeSchema } from './deal.schemas.js';
import { isMoney } from '../money.js';

/** Won and lost deals in numbers, over the deals the actor may read. */
export type Outcome = Static<typeof OutcomeSchema>;

/** Counts decided deals and adds up what was won. */
export async function readOutcome(ctx: Context): Promise<Outcome> {
  const groups = await ctx
    .query(Deal)
    .where({ status: { in: ['won', 'lost'] } })
    .group(['status'], { sum: ['amount'] });
  const won = countOf(groups, 'won');
  const lost = countOf(groups, 'lost');
  const wonValues = groups
    .filter((group) => group.key['status'] === 'won')
    .map((group) => group.sum['amount'])
    .filter(isMoney);
  return { won, lost, winRate: winRate(won, lost), wonValue: total(wonValues, ctx.workspace.baseCurrency), wonValues };
}

function countOf(groups: readonly GroupRow[], status: string): number {
  return groups.filter((group) => group.key['status'] === status).reduce((sum, group) => sum + group.count, 0);
}

function winRate(won: number, lost: number): number | null {
  return won + lost === 0 ? null : Math.round((won / (won + lost)) * 10_000) / 100;
}

function total(values: Money[], baseCurrency: string): Money | null {
  if (values.length > 1) return null;
  return values[0] ?? { amount: '0.00', currency: baseCurrency };
}
