import type { ImportProblem } from '../import-problem.js';
import type { CompiledMapping } from '../mapping/compiled-mapping.js';
import type { RecordDraft, RowDraft } from '../mapping/row-draft.js';
import { ChunkResult } from './chunk-result.js';
import type { ChunkPorts } from './import-ports.js';
import { matchRecords } from './match-records.js';
import { prepareRecords } from './prepare-records.js';
import { writeRecords } from './write-records.js';

/** Thrown to roll a set back: these rows turned out bad after some of their records were written. */
export class RowsRefused extends Error {
  constructor(readonly problems: readonly ImportProblem[]) {
    super('rows were refused after a part of them was written');
  }
}

/**
 * Writes a set of rows in the transaction of the ports, place by place of the mapping. A row goes in whole or not at all.
 * @param refused what earlier tries of this set found out
 * @throws RowsRefused when a row must stay out of which something may be written already: try again with its problems
 */
export async function importChunk(
  rows: readonly RowDraft[],
  mapping: CompiledMapping,
  ports: ChunkPorts,
  refused: readonly ImportProblem[] = [],
): Promise<ChunkResult> {
  const result = new ChunkResult();
  for (const problem of [...rows.flatMap(({ problems }) => problems), ...refused]) result.report(problem);
  for (const record of mapping.records) {
    const before = new Set(result.refused);
    const drafts = draftsOf(rows, record.index, before);
    const prepared = await prepareRecords(drafts, ports, result);
    const matched = await matchRecords(prepared, ports, result);
    await writeRecords(matched, mapping.blanks, ports, result);
    // With several places another row may have counted on what the refused one was to write.
    const isHalfDone = mapping.records.length > 1 && result.refused.size > before.size;
    if (isHalfDone) throw new RowsRefused(errorsOf(result, rows));
  }
  return result;
}

/** Drafts of one place, each key once. */
function draftsOf(rows: readonly RowDraft[], index: number, refused: ReadonlySet<number>): readonly RecordDraft[] {
  const keys = new Set<string>();
  const drafts = rows
    .filter(({ line }) => !refused.has(line))
    .flatMap(({ records }) => records.filter(({ record }) => record.index === index));
  return drafts.filter(({ key }) => {
    if (key === null) return true;
    const isFirst = !keys.has(key);
    keys.add(key);
    return isFirst;
  });
}

/** Errors found on top of those the rows came with. */
function errorsOf(result: ChunkResult, rows: readonly RowDraft[]): readonly ImportProblem[] {
  const known = new Set(rows.flatMap(({ problems }) => problems));
  return result.problems.filter((problem) => problem.kind === 'error' && !known.has(problem));
}
