/** One row on its way into a statement: values by the name of their column; what is left out is null. */
export type Row = Readonly<Record<string, unknown>>;

/** A column of such rows. */
export interface RowColumn {
  readonly name: string;
  readonly type: string;
}

/** A table of the connection that is to be filled before its statement runs. */
export interface StagedTable<Input> {
  readonly name: string;
  readonly columns: readonly RowColumn[];
  rowsOf(input: Input): readonly Row[];
}

/** The table as statements name it: nobody else's of that name can be meant. */
export function stagedName({ name }: { readonly name: string }): string {
  return `pg_temp."${name}"`;
}
