import type { Knex } from 'knex';
import type { RuleRow } from './rule.js';

/** What administrators decided, oldest first. @param lock for a change that follows in the transaction */
export async function readRules(knex: Knex, options: { readonly lock?: boolean } = {}): Promise<readonly RuleRow[]> {
  const query = knex('core.exception_rules').orderBy(['updated_at', 'id']).select(columns);
  return (await (options.lock === true ? query.forUpdate() : query)) as RuleRow[];
}

/** Puts a rule in place of what there is of it. */
export async function writeRule(
  trx: Knex.Transaction,
  rule: RuleRow,
  change: { readonly by: string; readonly at: Date },
): Promise<void> {
  const { filter, thresholds, tells, ...values } = rule;
  const row = {
    ...values,
    filter: filter === null ? null : JSON.stringify(filter),
    thresholds: JSON.stringify(thresholds),
    tells: [...tells],
    updated_at: change.at,
    updated_by: change.by,
  };
  await trx('core.exception_rules').insert(row).onConflict('id').merge();
}

/** @returns whether there was one */
export async function deleteRule(trx: Knex.Transaction, id: string): Promise<boolean> {
  return (await trx('core.exception_rules').where({ id }).delete()) > 0;
}

const columns = ['id', 'entity', 'name', 'filter', 'since', 'thresholds', 'tells', 'is_on', 'version'];
