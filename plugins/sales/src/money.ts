import type { GroupRow, Money } from '@trellis-crm/sdk';

/** The sum of a money field in a group; null in the group of records that have no amount. */
export function moneySum(group: GroupRow, field: string): Money | null {
  const sum = group.sum[field];
  return isMoney(sum) ? sum : null;
}

/** Whether a value is an amount with its currency. */
export function isMoney(value: unknown): value is Money {
  return typeof value === 'object' && value !== null && 'amount' in value && 'currency' in value;
}
