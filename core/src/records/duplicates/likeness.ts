import type { CompiledRule } from '../compiled-entity.js';
import { similarity } from './trigrams.js';
import type { MatchValues } from './match-values.js';

/** How likely two records are the same, and why. */
export interface Likeness {
  /** Between 0 and 1, with two digits. */
  readonly score: number;
  /** Fields that say so, `<field>` or `<list>.<field>`, the strongest first. */
  readonly reasons: readonly string[];
}

/** Whoever types a record is told of others from here on. */
export const worthTelling = 0.6;
/** Pairs of the whole base are put before somebody from here on: more than a name that two people may share. */
export const worthReview = 0.8;
/** Names less alike than this are no reason. */
export const leastLikeNames = 0.55;

/** Compares two records. Reasons add up as independent ones do: what all of them leave open is what remains open. */
export function likenessOf(rules: readonly CompiledRule[], left: MatchValues, right: MatchValues): Likeness {
  const strongest = new Map<string, { readonly reason: string; readonly proof: number }>();
  for (const rule of rules) {
    const proof = proofOf(rule, rules, left, right);
    const known = strongest.get(rule.as);
    if (proof > 0 && proof > (known?.proof ?? 0)) strongest.set(rule.as, { reason: nameOf(rule), proof });
  }
  const proofs = [...strongest.values()].toSorted((a, b) => b.proof - a.proof);
  const open = proofs.reduce((rest, { proof }) => rest * (1 - proof), 1);
  return { score: Math.round((1 - open) * 100) / 100, reasons: proofs.map(({ reason }) => reason) };
}

/** `emails.email` */
export function nameOf({ field, item }: CompiledRule): string {
  return item === null ? field.path : `${field.path}.${item.name}`;
}

function proofOf(rule: CompiledRule, rules: readonly CompiledRule[], left: MatchValues, right: MatchValues): number {
  const ours = left.get(rule) ?? [];
  if (rule.as === 'name') {
    const likeness = Math.max(
      0,
      ...ours.map((name) => Math.max(0, ...(right.get(rule) ?? []).map((other) => similarity(name, other)))),
    );
    return likeness < leastLikeNames ? 0 : rule.weight * likeness;
  }
  const theirs = new Set(rule.as === 'same' ? (right.get(rule) ?? []) : valuesAs(rules, rule.as, right));
  return ours.some((value) => theirs.has(value)) ? rule.weight : 0;
}

/** A domain is the same whether it stands in the web address or among the domains. */
function valuesAs(rules: readonly CompiledRule[], as: CompiledRule['as'], values: MatchValues): readonly string[] {
  return rules.filter((rule) => rule.as === as).flatMap((rule) => values.get(rule) ?? []);
}
