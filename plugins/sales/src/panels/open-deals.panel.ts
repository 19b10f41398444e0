import { AccountPanels, definePanel } from '@trellis-crm/sdk';
import { Deal } from '../deals/deal.entity.js';
import { nameOf } from '../included-name.js';
import { createPipelineReader } from '../pipelines/pipeline-reader.js';

const shown = 5;

/** What is open with an account: the deals changed last, how many there are and what they add up to. */
export const openDealsPanel = definePanel(AccountPanels, {
  id: 'open-deals',
  title: 'panels.openDeals.title',
  icon: 'target-arrow',
  permission: 'sales.deal:read',
  order: 10,
  template: 'deals/_open-deals-panel',
  async load(ctx, { id }) {
    const [deals, pipeline] = await Promise.all([
      ctx.query(Deal).where({ account: id, status: 'open' }).sort('-updatedAt').limit(shown).include('stage'),
      createPipelineReader(ctx).openPipeline(id),
    ]);
    return {
      items: deals.map((deal) => ({
        title: deal.name,
        href: `/sales/deals/${deal.id}`,
        note: [nameOf(deal.stage), ctx.format.date(deal.closeOn)].filter((part) => part !== '').join(' · '),
        end: ctx.format.money(deal.amount),
      })),
      totals: pipeline.totals.map((total) => ctx.format.money(total)).join(' · '),
      count: pipeline.count,
      allHref: `/sales/deals?filter[account]=${id}&filter[status]=open`,
      newHref: ctx.can('sales.deal:create') ? `/sales/deals/new?account=${id}` : null,
    };
  },
});
