import { Account, Contact, type Context, type TimelineEntry, type TimelineSource } from '@trellis-crm/sdk';
import { nameOf } from '../included-name.js';
import { Deal } from './deal.entity.js';
import type { DealRecord } from './deal.service.js';

/** Deals that were won or lost with an account or contact, on the day of the decision. */
export const closedDeals: TimelineSource = {
  id: 'closed-deals',
  permission: 'sales.deal:read',
  entities: [Account, Contact],
  kinds: [
    { kind: 'deal-won', label: 'timeline.dealWon', icon: 'trophy', template: 'deals/_closed-deal' },
    { kind: 'deal-lost', label: 'timeline.dealLost', icon: 'target-arrow', template: 'deals/_closed-deal' },
  ],
  async read(ctx, { entity, id }, { after, limit, kinds }) {
    const statuses = kinds.map((kind) => (kind === 'deal-won' ? ('won' as const) : ('lost' as const)));
    const [day, given] = after?.split('_') ?? [];
    const known = Number(given ?? 0);
    const deals = await ctx
      .query(Deal)
      .where(entity === Contact.id ? { contact: id } : { account: id })
      .where({ status: { in: statuses }, closedOn: day === undefined ? { empty: false } : { lte: day } })
      .sort('-closedOn')
      .limit(limit + known)
      .include('stage');
    return deals.map((deal, place) => toEntry(ctx, deal, placeOnDay(deals, place))).slice(known);
  },
};

/** Which one of its day a deal is, counted from 1: so a day goes on where it was left. */
function placeOnDay(deals: readonly Pick<DealRecord, 'closedOn'>[], place: number): number {
  return deals.slice(0, place + 1).filter(({ closedOn }) => closedOn === deals[place]?.closedOn).length;
}

function toEntry(ctx: Context, deal: DealRecord, place: number): TimelineEntry {
  const { id, name, status, amount, closedOn, lostReason, stage } = deal;
  const day = closedOn ?? '';
  return {
    key: `${day}_${place}`,
    kind: status === 'won' ? 'deal-won' : 'deal-lost',
    at: `${day}T12:00:00.000Z`,
    data: { deal: id, name, status, amount, closedOn, lostReason },
    view: {
      text: ctx.t(status === 'won' ? 'timeline.wonDeal' : 'timeline.lostDeal'),
      name,
      href: `/sales/deals/${id}`,
      note: [ctx.format.money(amount), status === 'won' ? nameOf(stage) : (lostReason ?? '')]
        .filter((part) => part !== '')
        .join(' · '),
    },
  };
}
