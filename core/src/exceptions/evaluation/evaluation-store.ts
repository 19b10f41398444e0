import type { Knex } from 'knex';

/** What the latest evaluation of a rule found. */
export interface Evaluation {
  readonly at: Date;
  /** Exceptions that are open; of one that failed, those that were before. */
  readonly open: number;
  /** Code of why the rule could not be evaluated; null when it could. */
  readonly failure: string | null;
}

/** Notes what an evaluation found; one that failed found nothing new. */
export async function noteEvaluation(knex: Knex, rule: string, found: Evaluation): Promise<void> {
  const row = { rule, evaluated_at: found.at, open: found.open, failure: found.failure };
  const changed = found.failure === null ? ['evaluated_at', 'open', 'failure'] : ['evaluated_at', 'failure'];
  await knex('core.exception_evaluations').insert(row).onConflict('rule').merge(changed);
}

/** The latest of each rule that was ever evaluated, by the rule's id. */
export async function readEvaluations(knex: Knex): Promise<ReadonlyMap<string, Evaluation>> {
  const rows = await knex('core.exception_evaluations').select<
    ({ readonly rule: string; readonly evaluated_at: Date } & Omit<Evaluation, 'at'>)[]
  >('rule', 'evaluated_at', 'open', 'failure');
  return new Map(rows.map(({ rule, evaluated_at: at, open, failure }) => [rule, { at, open, failure }]));
}
