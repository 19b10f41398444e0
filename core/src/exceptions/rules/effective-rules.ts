import { Guidelines, type Guideline } from '@trellis-crm/sdk';
import type { Generation } from '../../kernel/generation.js';
import type { Rule, RuleRow } from './rule.js';

type RuleSources = Pick<Generation, 'contributions' | 'entities'>;

/** All rules there are: guidelines of the active modules in their order, then the workspace's own, oldest first. */
export function effectiveRules(generation: RuleSources, rows: readonly RuleRow[]): readonly Rule[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const contributed = (generation.contributions.get(Guidelines.id) ?? []).map(({ module, value }) => {
    const guideline = value as Guideline;
    return guidelineRule(module, guideline, byId.get(`${module}.${guideline.id}`));
  });
  const own = rows.flatMap((row) => (row.filter === null ? [] : [ownRule(row, row.filter)]));
  return [...contributed, ...own].filter(({ entity }) => generation.entities.has(entity));
}

function guidelineRule(module: string, value: Guideline, row: RuleRow | undefined): Rule {
  const figures = Object.entries(value.thresholds).map(([name, { default: initial, min, max }]) => {
    const tuned = row?.thresholds[name] ?? initial;
    return [name, Math.min(max, Math.max(min, tuned))] as const;
  });
  return {
    id: `${module}.${value.id}`,
    guideline: { module, value },
    entity: `${value.entity.module}.${value.entity.noun}`,
    name: null,
    isOn: row?.is_on ?? true,
    tells: row?.tells ?? value.tells,
    thresholds: Object.fromEntries(figures),
    since: value.since,
    filter: null,
    version: row?.version ?? 1,
  };
}

function ownRule(row: RuleRow, filter: NonNullable<RuleRow['filter']>): Rule {
  const { id, entity, name, tells, since, version } = row;
  return {
    ...{ id, guideline: null, entity, name, isOn: row.is_on },
    ...{ tells, thresholds: {}, since: since ?? 'updatedAt', filter, version },
  };
}
