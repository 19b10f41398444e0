import type { PlanTexts, Shape } from './read-plan.js';

/** How the number of all records is found: up to 1,000, exactly, by the planner's estimate, or not at all. */
export type CountMode = 'capped' | 'exact' | 'estimate' | 'none';

/** Highest number a capped count tells. */
export const countCap = 1000;

/** Subquery that counts what a plan lets through, one more than the cap at most; null for modes that count nothing. */
export function countText({ bareFrom, condition }: PlanTexts, mode: CountMode): string | null {
  if (mode === 'exact') return `select count(*) ${bareFrom} where ${condition}`;
  if (mode !== 'capped') return null;
  return `select count(*) from (select 1 ${bareFrom} where ${condition} limit ${countCap + 1}) c`;
}

/** The exact number alone. */
export const countShape: Shape = {
  kind: 'count',
  constants: [],
  further: [],
  write: (texts) => countText(texts, 'exact') ?? '',
};

/** The planner's guess, which costs no reading. */
export const estimateShape: Shape = {
  kind: 'estimate',
  constants: [],
  further: [],
  write: ({ bareFrom, condition }) => `explain (format json) select r."id" ${bareFrom} where ${condition}`,
};

/** Number of rows in the answer of {@link estimateShape}. */
export function estimatedRows(answer: unknown): number {
  const root: unknown = Array.isArray(answer) ? answer[0] : undefined;
  const top: unknown = typeof root === 'object' && root !== null ? Reflect.get(root, 'Plan') : undefined;
  const rows: unknown = typeof top === 'object' && top !== null ? Reflect.get(top, 'Plan Rows') : undefined;
  return typeof rows === 'number' ? rows : 0;
}
