import type { PlanTexts, Shape } from './read-plan.js';

/** How the number of all records is found: up to 1,000, exactly, by the planner's estimate, or not at all. */
export type CountMode = 'capped' | 'exact' | 'estimate' | 'none';

/** Highest number a capped count tells. */
export const countCap = 1000;

/** Subquery that counts what a plan lets through, one more than the cap at most; null for modes that count nothing. */
export function countText(texts: PlanTexts, mode: CountMode): string | null {
  if (mode === 'exact') return `select count(*) from (${counted(texts)}) c`;
  return mode === 'capped' ? `select count(*) from (${counted(texts)} limit ${countCap + 1}) c` : null;
}

function counted({ table, bareFrom, condition, branches }: PlanTexts): string {
  if (branches.length === 0) return `select 1 ${bareFrom} where ${condition}`;
  return branches.map((branch) => `select 1 from ${table} r where ${condition} and ${branch}`).join(' union all ');
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
  write: (texts) => `explain (format json) ${counted(texts)}`,
};

/** Number of rows in the answer of {@link estimateShape}. */
export function estimatedRows(answer: unknown): number {
  const root: unknown = Array.isArray(answer) ? answer[0] : undefined;
  const top: unknown = typeof root === 'object' && root !== null ? Reflect.get(root, 'Plan') : undefined;
  const rows: unknown = typeof top === 'object' && top !== null ? Reflect.get(top, 'Plan Rows') : undefined;
  return typeof rows === 'number' ? rows : 0;
}
