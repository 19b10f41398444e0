import type { Id } from '@trellis-crm/sdk';
import type { ImportProblem } from '../import-problem.js';
import { valueAt } from '../mapping/value-at.js';
import type { ChunkResult } from './chunk-result.js';
import type { ChunkPorts, FoundRecord, StoredJson } from './import-ports.js';
import type { PreparedRecord } from './prepare-records.js';

/** A prepared record with the one it is, if it exists. */
export interface MatchedRecord extends PreparedRecord {
  readonly existing: { readonly id: Id; readonly json: StoredJson } | null;
  /** Whether its key in the source is known already. */
  readonly isKeyKnown: boolean;
}

/** Finds the records that exist: by external id, else by the matching field. All of one place of the mapping. */
export async function matchRecords(
  prepared: readonly PreparedRecord[],
  ports: ChunkPorts,
  result: ChunkResult,
): Promise<readonly MatchedRecord[]> {
  const record = prepared[0]?.draft.record;
  if (record === undefined) return [];
  const { entity } = record.target;
  const keys = prepared.flatMap(({ draft }) => draft.externalId ?? []);
  const byKey = keys.length === 0 ? new Map<string, Id>() : await ports.externalIds.find(entity.definition.id, keys);
  const unknown = prepared.filter(({ draft }) => draft.externalId === null || !byKey.has(draft.externalId));
  const byValue =
    record.matchField === null
      ? new Map<string, FoundRecord[]>()
      : await findByValue(unknown, record.matchField, ports);
  const ids = prepared.map((one) => idOf(one, byKey, byValue, result));
  const existing = await ports.records.load(entity, [...new Set(ids.filter((id) => id !== null))]);
  return prepared.flatMap((one, index) => matched(one, ids[index] ?? null, { existing, byKey }, result));
}

async function findByValue(
  unknown: readonly PreparedRecord[],
  path: string,
  ports: ChunkPorts,
): Promise<Map<string, FoundRecord[]>> {
  const entity = unknown[0]?.draft.record.target.entity;
  const values = [...new Set(unknown.flatMap(({ values: given }) => valueAt(given, path)))];
  if (entity === undefined || values.length === 0) return new Map();
  return Map.groupBy(await ports.records.findByField(entity, path, values), ({ value }) => String(value));
}

function idOf(
  { draft, values }: PreparedRecord,
  byKey: ReadonlyMap<string, Id>,
  byValue: ReadonlyMap<string, FoundRecord[]>,
  result: ChunkResult,
): Id | null {
  const known = draft.externalId === null ? undefined : byKey.get(draft.externalId);
  if (known !== undefined || draft.record.matchField === null) return known ?? null;
  const found = valueAt(values, draft.record.matchField).flatMap((value) => byValue.get(String(value)) ?? []);
  const [first, other] = new Set(found.map(({ id }) => id));
  if (other !== undefined) {
    const message = `Several records have this ${draft.record.matchField}; it cannot be told which one is meant.`;
    result.report({
      line: draft.line,
      column: draft.record.keyColumn,
      code: 'ambiguous_match',
      message,
      kind: 'error',
    });
  }
  return first ?? null;
}

/** What was found for a set. */
interface Found {
  readonly existing: ReadonlyMap<Id, StoredJson>;
  readonly byKey: ReadonlyMap<string, Id>;
}

function matched(
  one: PreparedRecord,
  id: Id | null,
  { existing, byKey }: Found,
  result: ChunkResult,
): readonly MatchedRecord[] {
  const { draft } = one;
  if (result.refused.has(draft.line)) return [];
  if (isOutOfMode(draft, id)) {
    result.report(modeProblem(draft, id));
    return [];
  }
  const isKeyKnown = draft.externalId !== null && byKey.has(draft.externalId);
  if (id === null) return [{ ...one, existing: null, isKeyKnown }];
  const json = existing.get(id);
  if (json !== undefined) return [{ ...one, existing: { id, json }, isKeyKnown }];
  const message = 'The record with this key is in the trash or not visible to you.';
  result.report({
    line: draft.line,
    column: draft.record.keyColumn,
    code: 'record_not_available',
    message,
    kind: 'error',
  });
  return [];
}

/** A row that repeats an earlier one is about the record that one made. */
function isOutOfMode({ record, isRepeated }: PreparedRecord['draft'], id: Id | null): boolean {
  if (record.mode === 'create') return id !== null && !isRepeated;
  return record.mode === 'update' && id === null;
}

function modeProblem({ line, record }: PreparedRecord['draft'], id: Id | null): ImportProblem {
  const common = { line, column: record.keyColumn, kind: 'error' } as const;
  return id === null
    ? {
        ...common,
        code: 'no_such_record',
        message: 'There is no such record to change; only records that exist were asked for.',
      }
    : { ...common, code: 'exists_already', message: 'There is such a record already; only new ones were asked for.' };
}
