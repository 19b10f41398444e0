import type { CompiledEntity } from '../records/compiled-entity.js';
import { leastLikeNames, worthReview } from '../records/duplicates/likeness.js';
import { textLiteral } from '../records/sql.js';
import { keyGroups, nameBlocks, type KeyGroup } from './key-groups.js';

/** Blocks larger than this say nothing: a switchboard's number, a provider's domain. */
const largestBlock = 50;

/** So many parts the blocks of a rule are compared in, each in a transaction of its own. */
export const partsPerRule = 4;

/** Rules that put records into blocks, in the order in which they are gone through. */
export function blockRules(entity: CompiledEntity): readonly number[] {
  const groups = keyGroups(entity);
  const values = groups.filter(({ as }) => as !== 'same' && as !== 'name').map(({ rule }) => rule);
  return groups.some(({ as }) => as === 'name') ? [...values, ...nameBlocks] : values;
}

/**
 * Compares the records of blocks with each other and keeps the pairs worth a look. Pairs that stand in blocks of several rules are compared
 * once. Keys of two records are compared as expressions, so that they are looked up by record: looked up by key, a country that
 * thousands have is gone through for each pair. Bindings: rule, part, rule, moment twice.
 */
export function pairStatement(entity: CompiledEntity): string {
  const id = textLiteral(entity.definition.id);
  const groups = keyGroups(entity);
  const equal = groups.filter(({ as }) => as !== 'name');
  const facts = groups.map(
    ({ rule, weight, reason }) => `(${rule}, ${Math.min(weight, 0.999)}, ${textLiteral(reason)})`,
  );
  return `
    with facts (rule, weight, reason) as (values ${facts.join()}),
    blocks as materialized (
      select k.key from core.match_keys k
      where k.entity = ${id} and k.rule = ? and abs(hashtext(k.key) % ${partsPerRule}) = ?
      group by k.key having count(distinct k.record_id) between 2 and ${largestBlock}),
    candidates as materialized (
      select distinct a.record_id as l, b.record_id as r from blocks
      join core.match_keys a on a.entity = ${id} and a.rule = ? and a.key = blocks.key
      join core.match_keys b on b.entity = ${id} and b.rule = a.rule and b.key = blocks.key and a.record_id < b.record_id
      where not exists (
        select from core.duplicate_pairs p
        where p.entity = ${id} and p.left_id = a.record_id and p.right_id = b.record_id and p.found_at = ?)),
    proofs as (
      select c.l, c.r, a.rule, max(f.weight) as proof from candidates c
      join core.match_keys a on a.record_id = c.l and a.rule in (${[-1, ...equal.map(({ rule }) => rule)].join()}) and a.entity = ${id}
      join core.match_keys b on b.record_id = c.r and b.rule = a.rule and b.key || '' = a.key || '' and b.entity = ${id}
      join facts f on f.rule = a.rule
      group by c.l, c.r, a.rule
      ${nameProofs(groups, id)}),
    scored as (
      select p.l, p.r, round(1 - exp(sum(ln(1 - least(p.proof, 0.999)))), 2) as score, array_agg(f.reason order by p.proof desc) as reasons
      from proofs p join facts f on f.rule = p.rule group by p.l, p.r)
    insert into core.duplicate_pairs (entity, left_id, right_id, score, reasons, found_at)
    select ${id}, l, r, score, reasons, ? from scored where score >= ${worthReview}
    on conflict (entity, left_id, right_id) do update
      set score = excluded.score, reasons = excluded.reasons, found_at = excluded.found_at`;
}

function nameProofs(groups: readonly KeyGroup[], id: string): string {
  const name = groups.find(({ as }) => as === 'name');
  if (name === undefined) return '';
  return `union all
      select c.l, c.r, a.rule, f.weight * n.likeness as proof from candidates c
      join core.match_keys a on a.record_id = c.l and a.rule = ${name.rule} and a.entity = ${id}
      join core.match_keys b on b.record_id = c.r and b.rule = ${name.rule} and b.entity = ${id}
      join facts f on f.rule = a.rule
      cross join lateral (select core.name_likeness(a.key, b.key)::numeric as likeness) n
      where n.likeness >= ${leastLikeNames}`;
}
