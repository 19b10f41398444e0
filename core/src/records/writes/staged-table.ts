/** One row on its way into a statement: values by the name of their column; what is left out is null. */
export type Row = Readonly<Record<string, unknown>>;

/** A column of such rows. */
export interface RowColumn {
  readonly name: string;
  readonly type: string;
}

/** Rows for a table, each made when it is sent: whole sets of them would outlive several collections of garbage. */
export interface StageRows {
  readonly count: number;
  at(position: number): Row;
  /** Whether all rows have the same in a column; false as well when it is not known. */
  isSame(column: string): boolean;
}

/** A table of the connection that is to be filled before its statement runs. */
export interface StagedTable<Input> {
  readonly name: string;
  readonly columns: readonly RowColumn[];
  rowsOf(input: Input): StageRows;
}

/** The table as statements name it: nobody else's of that name can be meant. */
export function stagedName({ name }: { readonly name: string }): string {
  return `pg_temp."${name}"`;
}

/** Rows that are made already. */
export function stageRows(rows: readonly Row[]): StageRows {
  return {
    count: rows.length,
    at: (position) => rows[position] ?? {},
    isSame: (column) => rows.every((row) => row[column] === rows[0]?.[column]),
  };
}
