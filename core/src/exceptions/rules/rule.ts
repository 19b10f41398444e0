import type { FilterGroup, Guideline, GuidelineAudience } from '@trellis-crm/sdk';

/** A rule as it holds now: a module's guideline with what administrators tuned, or one of their own. */
export interface Rule {
  /** `<module>.<guideline>`, or a UUID. */
  readonly id: string;
  /** Null for a rule of the workspace's own. */
  readonly guideline: { readonly module: string; readonly value: Guideline } | null;
  /** Id of the entity. */
  readonly entity: string;
  /** What the workspace calls it; null: the guideline's label. */
  readonly name: string | null;
  readonly isOn: boolean;
  readonly tells: readonly GuidelineAudience[];
  /** Figures in force, by name. */
  readonly thresholds: Readonly<Record<string, number>>;
  /** Field from which the time runs. */
  readonly since: string;
  /** Which records break it; null for a guideline, which is asked. */
  readonly filter: FilterGroup | null;
  /** Counts what administrators decided; 1 as a module brings it. */
  readonly version: number;
}

/** What is stored of a rule. */
export interface RuleRow {
  readonly id: string;
  readonly entity: string;
  readonly name: string | null;
  readonly filter: FilterGroup | null;
  readonly since: string | null;
  readonly thresholds: Readonly<Record<string, number>>;
  readonly tells: readonly GuidelineAudience[];
  readonly is_on: boolean;
  readonly version: number;
}
