import type { Rule } from './rule.js';

/** What a rule is called: by the workspace, or in the catalogue of its module. */
export function ruleName({ name, guideline, id }: Rule, t: (key: string) => string): string {
  return name ?? (guideline === null ? id : t(`${guideline.module}:${guideline.value.label}`));
}
