import type { Generation } from '../kernel/generation.js';
import type { Rule } from './rules/rule.js';

/** From when a rule's time runs, ISO 8601: the day alone where its field is a day, which no time zone moves. */
export function sinceText(
  { entities }: Pick<Generation, 'entities'>,
  rule: Pick<Rule, 'entity' | 'since'> | undefined,
  since: Date,
): string {
  const field = rule === undefined ? undefined : entities.get(rule.entity)?.fields.get(rule.since);
  const moment = since.toISOString();
  return field?.field.kind === 'date' ? moment.slice(0, 10) : moment;
}
