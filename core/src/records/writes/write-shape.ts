import type { EntityDefinition, Id, Reach, RecordChange } from '@trellis-crm/sdk';
import type { Identity } from '../../auth/identity.js';
import type { Row, StagedTable, StageRows } from './staged-table.js';
import type { BoundStatement } from './statement-text.js';

/** The statements of one entity in one generation, made when their shape is first met. */
export interface WriteStatements {
  of(shape: WriteShape, tables: CheckedTables): WriteStatement;
}

/** A statement that writes, with the tables it reads its rows from; none when they come as parameters. */
export interface WriteStatement extends BoundStatement<WriteInput> {
  readonly staged: readonly StagedTable<WriteInput>[];
}

/** A table with what rights ask about it. */
export interface CheckedTable {
  readonly definition: Pick<EntityDefinition, 'owned'>;
  readonly schemaName: string;
  readonly tableName: string;
}

/** Entities by id; what an absent module declares is nobody's to refer to. */
export type CheckedTables = ReadonlyMap<string, CheckedTable>;

/** What the text of a write depends on. There are few of them per entity, and one statement for each. */
export interface WriteShape {
  readonly change: RecordChange;
  /** Paths of the lists that some record names. */
  readonly lists: readonly string[];
  /** Plugins whose fields some record names. */
  readonly sides: readonly string[];
  /** What the statement itself makes sure of; empty when it was asked before, under the locks of a transaction. */
  readonly references: readonly ReferenceCheck[];
  /** How far the right reaches within which records must lie once written. */
  readonly reach: Reach;
  /** Conditions on the rows there are; null when their locks are held and everything was asked. */
  readonly present: PresentCheck | null;
  /** What becomes of the search rows. */
  readonly search: SearchEffect | null;
  readonly form: RowsForm;
}

/**
 * How rows come into a statement. `one`: a single record that refers to one record of each entity at most, its columns as
 * parameters; while the gate is shut it answers with no row. `many`: JSON arrays. `staged`: tables of the connection.
 */
export type RowsForm = 'one' | 'many' | 'staged';

/** New rows · texts that may have changed · owner, team and moment only · gone. */
export type SearchEffect = 'added' | 'saved' | 'touched' | 'removed';

/** References to one entity. The owner is one of its own: seeing the user is not asked for, but that they have not left. */
export interface ReferenceCheck {
  /** `owner`, or the id of the entity. */
  readonly target: string;
  /** How far the actor sees; null: nothing. */
  readonly reach: Reach | null;
}

/** How far the rights reach that a row there is must lie within. */
export interface PresentCheck {
  readonly read: Reach | null;
  readonly write: Reach;
}

/** Key of the owner among the references. */
export const ownerKey = 'owner';

/** The values of every statement that writes history. */
export interface HistoryInput {
  /** Columns of each record, and what is noted about it ({@link notedColumns}). */
  readonly rows: readonly Row[];
  readonly now: string;
  readonly actor: string;
  readonly onBehalfOf: Id | null;
  readonly changeSet: Id;
  readonly requestId: string | null;
}

/** The values of one write. */
export interface WriteInput extends HistoryInput {
  /** In place of {@link HistoryInput.rows} where the statement reads a table. */
  readonly stageRows: StageRows;
  readonly lists: ReadonlyMap<string, ListInput>;
  /** Rows by plugin. */
  readonly sides: ReadonlyMap<string, readonly Row[]>;
  /** Distinct ids by {@link ReferenceCheck.target}. */
  readonly references: ReadonlyMap<string, readonly Id[]>;
  readonly identity: Pick<Identity, 'userId' | 'teamIds' | 'subtreeTeamIds'>;
}

/** New entries of a list. */
export interface ListInput {
  /** Records whose entries are replaced. */
  readonly owners: readonly Id[];
  /** All their new entries. */
  readonly rows: readonly Row[];
}

/** Beside its columns each row carries the ids of its audit row and event, and what they say. No column has such a name. */
export const notedColumns = [
  { name: '~audit', type: 'uuid' },
  { name: '~event', type: 'uuid' },
  { name: '~changes', type: 'jsonb' },
  { name: '~changed', type: 'jsonb' },
  { name: '~cause', type: 'text' },
] as const;

/** Version a row must still have to be changed. */
export const beforeColumn = { name: '~before', type: 'integer' } as const;

/** Rows of a JSON array as a table `n`. */
export function recordset(rows: string, columns: readonly { readonly name: string; readonly type: string }[]): string {
  return `jsonb_to_recordset(${rows}) as n(${columns.map(({ name, type }) => `"${name}" ${type}`).join(', ')})`;
}
