import type { CompiledEntity } from '../compiled-entity.js';
import { belongingOf, reachCondition } from './reference-parts.js';
import type { StatementText } from './statement-text.js';
import type { CheckedTables, WriteInput, WriteShape } from './write-shape.js';

/** What decides whether a statement writes anything, as parts of its text. */
export interface WriteGate {
  /** Common table expressions that look at what is asked and lock it. */
  readonly expressions: readonly string[];
  /** SQL condition: everything asked was in order. */
  readonly isOpen: string;
  /** SQL after `from`: the rows for which the conditions hold, none of them while the gate is shut. */
  admit(rows: string, ...conditions: readonly string[]): string;
  /** The same for new records as `n`, and SQL of their team: that of the owner whom the statement itself looked up. */
  readonly created: { readonly from: string; readonly team: string };
  /** What the statement says at its end. @param count SQL of the number of records written */
  answer(count: string): string;
}

/** What a gate is made of. */
export interface GateSubject {
  readonly entity: Pick<CompiledEntity, 'definition' | 'schemaName' | 'tableName'>;
  readonly shape: WriteShape;
  readonly text: StatementText<WriteInput>;
  readonly tables: CheckedTables;
}

/** What a row there is must fulfil beside its given row `n`; null when nothing is asked of it. */
export function presentConditions({ entity, shape, text }: GateSubject, row: string): readonly string[] | null {
  if (shape.present === null) return null;
  const rights = [shape.present.read, shape.present.write].map((reach) =>
    reachCondition(text, entity, reach, belongingOf(row)),
  );
  return [
    `${row}."deleted_at" is null`,
    `${row}."version" = coalesce(n."~before", ${row}."version")`,
    ...rights.filter((right) => right !== 'true'),
  ];
}
