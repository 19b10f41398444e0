import { linksIn } from '../../records/links.js';
import type { ImportProblem } from '../import-problem.js';
import type { ReferenceKey } from '../mapping/import-value.js';
import type { RecordDraft } from '../mapping/row-draft.js';
import type { ChunkResult } from './chunk-result.js';
import type { ChunkPorts, RecordJson } from './import-ports.js';
import { referencesIn, replaceReferences, resolveReferences, type Resolutions } from './resolve-references.js';

/** A draft whose references are ids and whose values the entity's transformation has seen. */
export interface PreparedRecord {
  readonly draft: RecordDraft;
  /** By field name; `<plugin>.<field>` not yet nested. */
  readonly values: RecordJson;
  /** References to look for again at the end, by field. */
  readonly deferred: readonly { readonly field: string; readonly reference: ReferenceKey }[];
}

/** Resolves references and runs the entity's transformation over the set; what is refused is reported and left out. */
export async function prepareRecords(
  drafts: readonly RecordDraft[],
  ports: ChunkPorts,
  result: ChunkResult,
): Promise<readonly PreparedRecord[]> {
  const references = drafts.flatMap(({ values }) => referencesIn(values));
  const resolutions = await resolveReferences(references, ports);
  const prepared: PreparedRecord[] = [];
  for (const draft of drafts) {
    const resolved = resolveDraft(draft, resolutions, result);
    if (!result.refused.has(draft.line)) prepared.push(resolved);
  }
  return transformed(prepared, ports, result);
}

/** The column a field of a record is read from. */
export function columnOf({ record }: RecordDraft, field: string): string | null {
  return record.fields.find(({ name }) => name === field)?.column ?? null;
}

function resolveDraft(draft: RecordDraft, resolutions: Resolutions, result: ChunkResult): PreparedRecord {
  if (referencesIn(draft.values).length === 0) return { draft, values: draft.values, deferred: [] };
  const values: Record<string, unknown> = {};
  const deferred: { field: string; reference: ReferenceKey }[] = [];
  for (const [field, value] of Object.entries(draft.values)) {
    const state = { isLeftOut: false };
    const resolved = replaceReferences(value, (reference) => {
      const target = resolutions.of(reference);
      if (typeof target === 'object') return target.id;
      state.isLeftOut = true;
      if (target === 'missing' && reference.options.isDeferred) deferred.push({ field, reference });
      else result.report(referenceProblem(draft.line, columnOf(draft, field), reference, target));
      return null;
    });
    if (!state.isLeftOut) values[field] = resolved;
    else if (isLinks(draft, field))
      values[field] = linksIn(resolved).filter(({ id }: { id: string | null }) => id !== null);
  }
  return { draft, values, deferred };
}

/** What one column links to says nothing about another. */
function isLinks({ record }: RecordDraft, field: string): boolean {
  return record.target.fields.get(field)?.kind === 'links';
}

/** What is said about a reference that leads nowhere, or to several records. */
export function referenceProblem(
  line: number,
  column: string | null,
  reference: ReferenceKey,
  target: 'missing' | 'ambiguous',
): ImportProblem {
  const noun = reference.entity.split('.')[1] ?? reference.entity;
  const value = reference.key.slice(0, 100);
  if (target === 'ambiguous') {
    return {
      line,
      column,
      code: 'ambiguous_reference',
      message: `There are several ${noun} records "${reference.key}".`,
      kind: 'error',
      value,
    };
  }
  const kind = reference.options.missing === 'notice' || reference.options.isDeferred ? 'notice' : 'error';
  const suffix = kind === 'notice' ? '; the record is kept without' : '';
  const message = `There is no ${noun} "${reference.key}"${suffix}.`;
  return { line, column, code: 'unknown_reference', message, kind, value };
}

async function transformed(
  prepared: readonly PreparedRecord[],
  ports: ChunkPorts,
  result: ChunkResult,
): Promise<readonly PreparedRecord[]> {
  const target = prepared[0]?.draft.record.target;
  const contributed = target?.transform ?? null;
  if (target === undefined || contributed === null) return prepared;
  const answers = await contributed.transform.apply(
    ports.contextOf(target),
    prepared.map(({ values }) => values),
  );
  return prepared.flatMap((record, index) => {
    const answer = answers[index];
    if (answer === undefined)
      throw new TypeError(
        `the import transformation of ${contributed.module} answered ${answers.length} of ${prepared.length} rows`,
      );
    if ('values' in answer) return [{ ...record, values: answer.values }];
    for (const { field, code, message } of answer.refused) {
      result.report({ line: record.draft.line, column: columnOf(record.draft, field), code, message, kind: 'error' });
    }
    return [];
  });
}
