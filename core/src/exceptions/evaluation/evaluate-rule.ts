import { PluginError, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { runPrepared, unprepared } from '../../database/prepared.js';
import type { Generation } from '../../kernel/generation.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import type { QueryScope } from '../../records/record-scope.js';
import { bindingsOf, numbered, type Sql } from '../../records/sql.js';
import { compileMatching } from '../../records/where.js';
import type { Rule } from '../rules/rule.js';
import { breaches } from './breaches.js';
import { settleRule, type Settlement } from './settle-rule.js';

/** What evaluating needs. */
export interface EvaluationParts {
  readonly knex: Knex;
  readonly now: Date;
  readonly generation: Generation;
  /** Of whoever may read everything. */
  readonly scope: QueryScope;
  /** Asks a module which of the records break its guideline, as the module. */
  among(rule: Rule, ids: readonly Id[], figures: { readonly now: Date }): Promise<readonly Id[]>;
}

/** Records a module is asked about at a time. */
const batch = 1000;

/** Evaluates one rule that is on. @throws MalformedError when its filter names what is no longer there, PluginError */
export async function evaluateRule(parts: EvaluationParts, rule: Rule): Promise<Settlement> {
  const { knex, now, scope, generation } = parts;
  const entity = generation.entities.get(rule.entity);
  if (entity === undefined) throw new PluginError('entity_not_found', { entity: rule.entity });
  const condition = conditionOf(scope, entity, rule, now);
  const source = { entity, since: rule.since, condition, ids: null };
  const chosen =
    rule.guideline?.value.among === undefined ? null : await chosenBy(parts, rule, breaches(scope, source));
  const breaching = breaches(scope, { ...source, ids: chosen });
  return settleRule(knex, { rule: rule.id, entity: rule.entity, breaching, now });
}

/** The condition of a rule on the records of its entity. */
export function conditionOf(scope: QueryScope, entity: CompiledEntity, rule: Rule, now: Date): Sql {
  const { guideline, thresholds } = rule;
  const filter = rule.filter ?? guideline?.value.fits({ now, thresholds }) ?? { any: [] };
  return compileMatching(scope, entity, filter);
}

async function chosenBy(parts: EvaluationParts, rule: Rule, candidates: Sql): Promise<readonly Id[]> {
  const [text = ''] = numbered([candidates]);
  const statement = unprepared(`select record_id from (${text}) c`);
  const rows = await runPrepared(parts.knex, statement, bindingsOf([candidates]));
  const ids = rows.map(([id]) => String(id));
  const chosen: Id[] = [];
  for (let start = 0; start < ids.length; start += batch) {
    const asked = ids.slice(start, start + batch);
    const known = new Set(asked);
    const answered = await parts.among(rule, asked, { now: parts.now });
    chosen.push(...answered.filter((id) => known.has(id)));
  }
  return chosen;
}
