import type { Id } from '@trellis-crm/sdk';
import type { ImportProblem } from '../import-problem.js';
import type { ReferenceKey } from '../mapping/import-value.js';

/** Numbers of an import. Records are counted, and rows where it says so. */
export interface ImportTotals {
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Rows kept out. */
  readonly refused: number;
  /** Remarks about rows that went in all the same. */
  readonly notices: number;
  /** The first three by entity. */
  readonly entities: Readonly<Record<string, EntityTotals>>;
}

/** Numbers of one entity. */
interface EntityTotals {
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
}

/** What became of a record. */
export type RecordOutcome = keyof EntityTotals;

/** A reference to a record that had not come yet. */
export interface DeferredReference {
  readonly line: number;
  readonly column: string | null;
  readonly entity: string;
  readonly recordId: Id;
  readonly field: string;
  readonly reference: ReferenceKey;
  /** Whether the record already counts as created or changed. */
  readonly wasWritten: boolean;
}

/** Collects what a set of rows came to. */
export class ChunkResult {
  readonly problems: ImportProblem[] = [];
  readonly deferred: DeferredReference[] = [];
  /** Lines of rows that stay out. */
  readonly refused = new Set<number>();
  private readonly outcomes = new Map<Id, RecordOutcome>();
  private readonly counts = new Map<string, { created: number; changed: number; unchanged: number }>();

  report(problem: ImportProblem): void {
    this.problems.push(problem);
    if (problem.kind === 'error') this.refused.add(problem.line);
  }

  /** Counts a record once, whatever several places of a mapping do to it. */
  settle(entity: string, id: Id, outcome: RecordOutcome): void {
    const earlier = this.outcomes.get(id);
    if (earlier !== undefined && weight[earlier] >= weight[outcome]) return;
    if (earlier !== undefined) this.count(entity, earlier, -1);
    this.outcomes.set(id, outcome);
    this.count(entity, outcome);
  }

  count(entity: string, outcome: RecordOutcome, by = 1): void {
    const counts = this.counts.get(entity) ?? { created: 0, changed: 0, unchanged: 0 };
    counts[outcome] += by;
    this.counts.set(entity, counts);
  }

  totals(): ImportTotals {
    const entities = Object.fromEntries(this.counts);
    const notices = this.problems.filter(({ kind, line }) => kind === 'notice' && !this.refused.has(line)).length;
    return { ...sumOf(Object.values(entities)), refused: this.refused.size, notices, entities };
  }
}

const weight: Readonly<Record<RecordOutcome, number>> = { unchanged: 0, changed: 1, created: 2 };

/** Totals of nothing. */
export const noTotals: ImportTotals = { created: 0, changed: 0, unchanged: 0, refused: 0, notices: 0, entities: {} };

/** Both together. */
export function addTotals(a: ImportTotals, b: ImportTotals): ImportTotals {
  const names = new Set([...Object.keys(a.entities), ...Object.keys(b.entities)]);
  const entities = Object.fromEntries([...names].map((name) => [name, sumOf([a.entities[name], b.entities[name]])]));
  return { ...sumOf([a, b]), refused: a.refused + b.refused, notices: a.notices + b.notices, entities };
}

function sumOf(parts: readonly (EntityTotals | undefined)[]): EntityTotals {
  const sum = (name: RecordOutcome): number => parts.reduce((total, part) => total + (part?.[name] ?? 0), 0);
  return { created: sum('created'), changed: sum('changed'), unchanged: sum('unchanged') };
}
