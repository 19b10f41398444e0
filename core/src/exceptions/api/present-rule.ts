import { Type } from '@trellis-crm/sdk';
import { mostBreaches } from '../evaluation/breaches.js';
import type { Evaluation } from '../evaluation/evaluation-store.js';
import type { Rule } from '../rules/rule.js';

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

/** A rule in answers. Figures come with their unit and range. */
export const RuleSchema = Type.Object({
  id: Type.String(),
  module: nullable(Type.String({ description: 'Whose guideline it is; null for a rule of the workspace’s own' })),
  /** Catalogue key of a guideline's name. */
  label: nullable(Type.String()),
  hint: nullable(Type.String()),
  name: nullable(Type.String()),
  entity: Type.String(),
  isOn: Type.Boolean(),
  tells: Type.Array(Type.String()),
  thresholds: Type.Array(
    Type.Object({
      name: Type.String(),
      label: Type.String(),
      unit: Type.String(),
      value: Type.Number(),
      default: Type.Number(),
      min: Type.Number(),
      max: Type.Number(),
    }),
  ),
  since: Type.String(),
  filter: nullable(Type.Unknown()),
  version: Type.Integer(),
  evaluation: nullable(
    Type.Object(
      {
        at: Type.String({ format: 'date-time' }),
        open: Type.Integer({ maximum: mostBreaches }),
        failure: nullable(Type.String({ description: 'Code of why the rule could not be evaluated' })),
      },
      { description: 'What the latest evaluation found; null before the first' },
    ),
  ),
});

/** A rule as the API tells of it. */
export function presentRule(rule: Rule, found: Evaluation | null = null): object {
  const { id, guideline, name, entity, isOn, tells, thresholds, since, filter, version } = rule;
  const value = guideline?.value;
  return {
    ...{ id, name, entity, isOn, tells, since, filter, version, ...textsOf(guideline) },
    evaluation: found === null ? null : { ...found, at: found.at.toISOString() },
    thresholds: Object.entries(value?.thresholds ?? {}).map(([key, threshold]) => ({
      ...threshold,
      name: key,
      value: thresholds[key],
    })),
  };
}

function textsOf(guideline: Rule['guideline']): object {
  if (guideline === null) return { module: null, label: null, hint: null };
  const { module, value } = guideline;
  return { module, label: value.label, hint: value.hint };
}
