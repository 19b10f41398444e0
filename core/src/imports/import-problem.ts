/** Something to say about a row: an `error` keeps it out, a `notice` does not. */
export interface ImportProblem {
  /** Line of the file on which the row begins. */
  readonly line: number;
  /** Column as the header names it; null when it concerns the row as a whole. */
  readonly column: string | null;
  /** Stable snake_case word. */
  readonly code: string;
  readonly message: string;
  readonly kind: 'error' | 'notice';
  /** The cell, cut to 100 characters, where it tells what is wrong. */
  readonly value?: string | null;
}
