import type { Context } from '@trellis-crm/sdk';
import type { PipelineReader } from '@trellis-crm/sales-contract';
import { Deal } from '../deals/deal.entity.js';
import { isMoney } from '../money.js';

/** Provider of the pipeline contract, for one consumer's context. */
export function createPipelineReader(ctx: Context): PipelineReader {
  return {
    async openPipeline(accountId) {
      const groups = await ctx
        .query(Deal)
        .where({ account: accountId, status: 'open' })
        .group(['status'], { sum: ['amount'] });
      return {
        count: groups.reduce((total, group) => total + group.count, 0),
        totals: groups.map((group) => group.sum['amount']).filter(isMoney),
      };
    },
  };
}
