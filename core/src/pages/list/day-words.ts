import type { PageCall } from '../page-call.js';

/** Words for days that are offered to choose from, in groups of one unit. */
export const dayWords: readonly string[] = [
  ...['today', 'yesterday', 'tomorrow'],
  ...['this_week', 'last_week', 'next_week'],
  ...['this_month', 'last_month', 'next_month'],
  ...['this_quarter', 'last_quarter', 'next_quarter'],
  ...['this_year', 'last_year', 'next_year'],
  ...['this_fiscal_quarter', 'last_fiscal_quarter', 'next_fiscal_quarter'],
  ...['this_fiscal_year', 'last_fiscal_year', 'next_fiscal_year'],
  ...['last_7_days', 'last_30_days', 'last_90_days', 'next_7_days', 'next_30_days', 'next_90_days'],
  ...['-7d', '-30d', '-90d', '7d', '30d'],
];

/** A word for days as people say it; null for what is none. */
export function dayWordText({ t }: PageCall, word: string): string | null {
  if (dayWords.includes(word) && !/[0-9]/.test(word)) return t(`filter.day.${word}`);
  const rolling = /^(?<place>last|next)_(?<count>[0-9]+)_(?<unit>[a-z]+)$/.exec(word)?.groups;
  if (rolling !== undefined) return t(`filter.day.${rolling['place']}.${rolling['unit']}`, counted(rolling));
  const offset = /^(?<sign>[+-]?)(?<count>[0-9]+)(?<unit>[dwmqy])$/.exec(word)?.groups;
  if (offset === undefined) return null;
  return t(`filter.day.${offset['sign'] === '-' ? 'ago' : 'ahead'}.${offset['unit']}`, counted(offset));
}

function counted(groups: Readonly<Record<string, string | undefined>>): { readonly count: number } {
  return { count: Number(groups['count']) };
}
