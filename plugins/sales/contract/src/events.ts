import { defineEvent, Type, Uuid } from '@trellis-crm/sdk';

const closedDeal = Type.Object(
  {
    dealId: Uuid,
    /** Null for a deal that belongs to no account yet. */
    accountId: Type.Union([Uuid, Type.Null()]),
  },
  { additionalProperties: false },
);

const order = { entity: 'sales.deal', property: 'dealId' };

/** A deal was closed as won. */
export const DealWon = defineEvent('sales.deal-won', 1, closedDeal, { order });

/** A deal was closed as lost. */
export const DealLost = defineEvent('sales.deal-lost', 1, closedDeal, { order });
