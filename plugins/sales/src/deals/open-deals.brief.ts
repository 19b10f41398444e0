import {
  Account,
  Contact,
  type BriefFact,
  type BriefLine,
  type Context,
  type GroupRow,
  type Id,
} from '@trellis-crm/sdk';
import { moneySum } from '../money.js';
import { Deal } from './deal.entity.js';

/** How many deals are open with an account, or with a person, and what they add up to per currency. */
export const openDealsBriefs: readonly BriefLine[] = [
  openDealsOf({ id: 'open-deals', entity: Account, field: 'account' }),
  openDealsOf({ id: 'open-deals-of-contact', entity: Contact, field: 'contact' }),
];

interface Customer extends Pick<BriefLine, 'id' | 'entity'> {
  /** Field of a deal that names the customer. */
  readonly field: 'account' | 'contact';
}

function openDealsOf({ id, entity, field }: Customer): BriefLine {
  return {
    id,
    label: 'brief.openDeals',
    entity,
    permission: 'sales.deal:read',
    order: 30,
    async load(ctx, ids) {
      const groups = await ctx
        .query(Deal)
        .where({ [field]: { in: ids }, status: 'open' })
        .group([field], { sum: ['amount'] });
      return new Map(ids.map((customer) => [customer, factOf(ctx, { customer, field }, groups)]));
    },
  };
}

function factOf(
  ctx: Context,
  { customer, field }: { readonly customer: Id; readonly field: Customer['field'] },
  groups: readonly GroupRow[],
): BriefFact {
  const own = groups.filter(({ key }) => key[field] === customer);
  const count = own.reduce((sum, group) => sum + group.count, 0);
  if (count === 0) return { value: ctx.t('brief.none') };
  const sums = own.flatMap((group) => moneySum(group, 'amount') ?? []);
  const value = [ctx.format.number(count), ...sums.map((sum) => ctx.format.money(sum))].join(' · ');
  return { value, href: `/sales/deals?filter[${field}]=${customer}&filter[status]=open` };
}
