/** One row of a file. Lines count from 1, the header's; a row over several lines is named by its first. */
export interface CsvRow {
  readonly line: number;
  /** As many as the header has, unless the row is broken. */
  readonly cells: readonly string[];
  /** Why the row cannot be read; its cells then are what could be made out. */
  readonly broken?: { readonly code: BrokenRowCode; readonly message: string };
}

/** Why a row cannot be read. */
type BrokenRowCode = 'broken_quote' | 'too_few_cells' | 'too_many_cells';
