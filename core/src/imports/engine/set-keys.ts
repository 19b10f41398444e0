import type { CompiledMapping } from '../mapping/compiled-mapping.js';
import type { RowDraft } from '../mapping/row-draft.js';
import { valueAt } from '../mapping/value-at.js';
import { tagsPath } from '../../records/tags/tag.js';
import { referencesIn } from './resolve-references.js';

/**
 * Whether sets of a mapping may be written at the same time: each row makes one record, and nothing but its keys tells whether a
 * row of another set means the same one. Tags may be new in two sets: the later one, which commits last, would make the earlier one wait.
 */
export function mayOverlap({ records }: CompiledMapping): boolean {
  const [only, other] = records;
  if (only === undefined || other !== undefined || only.fields.some(({ name }) => name === tagsPath)) return false;
  return Object.values(only.target.entity.definition.fields).every(({ unique }) => unique !== true);
}

/** What the rows of a set may find records by; null when they may refer to records that other sets make. */
export function keysOfSet(rows: readonly RowDraft[]): ReadonlySet<string> | null {
  const keys = new Set<string>();
  for (const { record, externalId, values } of rows.flatMap(({ records }) => records)) {
    const { id } = record.target.entity.definition;
    if (referencesIn(values).some(({ entity }) => entity === id)) return null;
    if (externalId !== null) keys.add(`id ${externalId}`);
    if (record.matchField !== null)
      for (const value of valueAt(values, record.matchField)) keys.add(`= ${String(value)}`);
  }
  return keys;
}
