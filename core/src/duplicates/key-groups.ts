import type { DuplicateEvidence } from '@trellis-crm/sdk';
import type { CompiledEntity, CompiledRule } from '../records/compiled-entity.js';
import { nameOf, worthReview } from '../records/duplicates/likeness.js';

/** Rules whose values are compared with each other: all of a kind, but each `same` by itself. */
export interface KeyGroup {
  /** Number under which its keys are kept. */
  readonly rule: number;
  readonly as: DuplicateEvidence;
  readonly rules: readonly CompiledRule[];
  readonly weight: number;
  /** Name of the strongest rule, told as the reason. */
  readonly reason: string;
}

/** Keys from here on put records into blocks by parts of their names. */
export const nameBlocks = [100, 101, 102] as const;

/** The groups of an entity. */
export function keyGroups({ duplicates }: CompiledEntity): readonly KeyGroup[] {
  const groups = Map.groupBy(duplicates, (rule) => (rule.as === 'same' ? nameOf(rule) : rule.as));
  return [...groups.values()].flatMap((rules, position) => {
    const [strongest] = rules.toSorted((a, b) => b.weight - a.weight);
    if (strongest === undefined) return [];
    return { rule: position, as: strongest.as, rules, weight: strongest.weight, reason: nameOf(strongest) };
  });
}

/** Where a name alone is not worth a look, only names that share something else with each other are compared. */
export function isNameEnough(name: KeyGroup): boolean {
  return name.weight >= worthReview;
}
