import type { Policy, RecordOf } from '@trellis-crm/sdk';
import type { Deal } from './deal.entity.js';

type DealRecord = RecordOf<typeof Deal>;

/** Rules beyond the declared rights. */
export const dealPolicy = {
  close: {
    permission: 'sales.deal:close',
    refuses: (_actor, deal) => (deal.status === 'open' ? null : 'deal_already_closed'),
  },
  reopen: {
    permission: 'sales.deal:close',
    refuses: (_actor, deal) => (deal.status === 'open' ? 'deal_not_closed' : null),
  },
} as const satisfies Record<string, Policy<DealRecord>>;
