import {
  ConflictError,
  NotFoundError,
  ValidationError,
  type FilterGroup,
  type GuidelineAudience,
  type Problem,
} from '@trellis-crm/sdk';
import { auditAccess, differences } from '../../auth/access-audit.js';
import type { Identity } from '../../auth/identity.js';
import type { Database } from '../../database/index.js';
import { uuidV7 } from '../../database/uuid-v7.js';
import { actorKey } from '../../kernel/plugin-identity.js';
import type { Generation } from '../../kernel/generation.js';
import type { QueryScope } from '../../records/record-scope.js';
import { compileTree } from '../../records/conditions/compile-tree.js';
import { clearRule } from '../evaluation/settle-rule.js';
import { isSinceField } from '../evaluation/breaches.js';
import { effectiveRules } from './effective-rules.js';
import type { Rule } from './rule.js';
import { deleteRule, readRules, writeRule } from './rule-store.js';
import { refuseStale, type AskedVersion } from '../../kernel/asked-version.js';

/** A rule of the workspace's own. */
export interface NewRule {
  readonly name: string;
  readonly entity: string;
  readonly filter: FilterGroup;
  readonly since: string;
  readonly tells: readonly GuidelineAudience[];
  readonly isOn: boolean;
}

/** What may be changed of a rule; `name`, `filter` and `since` of the workspace's own only. */
export type RulePatch = Partial<Omit<NewRule, 'entity'>> & { readonly thresholds?: Readonly<Record<string, number>> };

/** Who changes rules, and by what they are checked. */
export interface RuleCall {
  readonly generation: Generation;
  readonly identity: Identity;
  readonly scope: QueryScope;
  readonly at: Date;
}

/** Rules beyond those of modules, at most. */
const mostRules = 200;

/** Adds a rule. @throws ValidationError, ConflictError `too_many_rules` */
export function addRule({ tx }: Pick<Database, 'tx'>, call: RuleCall, rule: NewRule): Promise<Rule> {
  return tx(async (trx) => {
    const rows = await readRules(trx, { lock: true });
    if (rows.length >= mostRules) throw new ConflictError('too_many_rules', { most: mostRules });
    const id = uuidV7();
    const added: Rule = { ...rule, id, guideline: null, thresholds: {}, version: 0 };
    check(call, added);
    return store(trx, call, null, added);
  });
}

/**
 * Changes a rule; switched off, what it had raised is cleared at once.
 * @throws NotFoundError `rule_not_found`, StaleError, ValidationError
 */
export function changeRule(
  { tx }: Pick<Database, 'tx'>,
  call: RuleCall,
  id: string,
  { version, patch }: { readonly version: AskedVersion; readonly patch: RulePatch },
): Promise<Rule> {
  return tx(async (trx) => {
    const before = find(call, await readRules(trx, { lock: true }), id);
    refuseStale(version, before.version);
    refuseForeign(before, patch);
    const after: Rule = { ...before, ...patch, thresholds: { ...before.thresholds, ...patch.thresholds } };
    check(call, after);
    if (before.isOn && !after.isOn) await clearRule(trx, id, call.at);
    return store(trx, call, before, after);
  });
}

/** Takes a rule of the workspace's own away, or a module's back to how it came. @throws NotFoundError `rule_not_found` */
export function removeRule({ tx }: Pick<Database, 'tx'>, call: RuleCall, id: string): Promise<void> {
  return tx(async (trx) => {
    const before = find(call, await readRules(trx, { lock: true }), id);
    await deleteRule(trx, id);
    if (before.guideline === null) await clearRule(trx, id, call.at);
    await audit(trx, call, before, null);
  });
}

function find({ generation }: RuleCall, rows: Parameters<typeof effectiveRules>[1], id: string): Rule {
  const rule = effectiveRules(generation, rows).find((candidate) => candidate.id === id);
  if (rule === undefined) throw new NotFoundError('rule_not_found', { id });
  return rule;
}

/** What a module declared is its own. */
function refuseForeign({ guideline }: Rule, patch: RulePatch): void {
  if (guideline === null) return;
  const errors = (['name', 'filter', 'since'] as const)
    .filter((name) => patch[name] !== undefined)
    .map((name) => ({ pointer: `/${name}`, code: 'read_only', message: 'is what the module says' }));
  if (errors.length > 0) throw new ValidationError('not_valid', {}, { errors });
}

function check({ generation, scope }: RuleCall, rule: Rule): void {
  const errors: Problem[] = [...thresholdProblems(rule)];
  const entity = generation.entities.get(rule.entity);
  if (entity === undefined)
    errors.push({ pointer: '/entity', code: 'unknown_entity', message: 'is no kind of record' });
  else if (rule.guideline === null) {
    if (!isSinceField(scope, entity, rule.since))
      errors.push({ pointer: '/since', code: 'not_a_moment', message: 'is no field with a day or a moment' });
    if (speaksOfReader(rule.filter))
      errors.push({
        pointer: '/filter',
        code: 'personal',
        message: 'speaks of "me" or "my_team", and a rule is nobody’s',
      });
    compileTree(scope, entity, rule.filter, ({ pointer, ...problem }) =>
      errors.push({ ...problem, pointer: `/filter${pointer}` }),
    );
  }
  if (errors.length > 0) throw new ValidationError('not_valid', {}, { errors });
}

function speaksOfReader(filter: unknown): boolean {
  return /"value":(\[[^\]]*)?"(me|my_team)"/.test(JSON.stringify(filter));
}

function thresholdProblems({ guideline, thresholds }: Rule): readonly Problem[] {
  const declared = guideline?.value.thresholds ?? {};
  return Object.entries(thresholds).flatMap(([name, value]) => {
    const pointer = `/thresholds/${name}`;
    const threshold = declared[name];
    if (threshold === undefined) return [{ pointer, code: 'unknown_threshold', message: 'is no figure of this rule' }];
    const { min, max } = threshold;
    const isFine = Number.isFinite(value) && value >= min && value <= max;
    const message = `must be between ${min} and ${max}`;
    return isFine ? [] : [{ pointer, code: 'out_of_range', message, details: { min, max } }];
  });
}

type Transaction = Parameters<Parameters<Database['tx']>[0]>[0];

async function store(trx: Transaction, call: RuleCall, before: Rule | null, after: Rule): Promise<Rule> {
  const { id, entity, name, filter, since, thresholds, tells, isOn } = after;
  const version = after.version + 1;
  const own = after.guideline === null ? { name, filter, since } : { name: null, filter: null, since: null };
  const row = { id, entity, ...own, thresholds, tells, is_on: isOn, version };
  await writeRule(trx, row, { by: actorKey(call.identity), at: call.at });
  await audit(trx, call, before, after);
  return { ...after, version };
}

async function audit(trx: Transaction, call: RuleCall, before: Rule | null, after: Rule | null): Promise<void> {
  const changed = differences(facts(before), facts(after));
  const changes = Object.fromEntries(
    Object.entries(changed).map(([name, change]) => [`${(before ?? after)?.id ?? ''}.${name}`, change]),
  );
  const verb = before === null ? 'rule-added' : after === null ? 'rule-removed' : 'rule-changed';
  await auditAccess(trx, { entity: 'core.settings', recordId: null, verb, changes, by: call.identity, at: call.at });
}

function facts(rule: Rule | null): Readonly<Record<string, string>> {
  if (rule === null) return {};
  const { name, filter, since, thresholds, tells, isOn } = rule;
  return {
    ...{ name: name ?? '', filter: JSON.stringify(filter), since, thresholds: JSON.stringify(thresholds) },
    ...{ tells: tells.join(), isOn: String(isOn) },
  };
}
