import { Account, Contact, type Command } from '@trellis-crm/sdk';

/** What the palette offers on a customer's page. */
export const dealCommands: readonly Command[] = [
  {
    id: 'new-deal-with-account',
    label: 'commands.newDealWithAccount',
    icon: 'target-arrow',
    permission: 'sales.deal:create',
    context: { entity: Account, on: 'record' },
    href: '/sales/deals/new?account=:id',
  },
  {
    id: 'new-deal-with-contact',
    label: 'commands.newDealWithContact',
    icon: 'target-arrow',
    permission: 'sales.deal:create',
    context: { entity: Contact, on: 'record' },
    href: '/sales/deals/new?contact=:id',
  },
];
