/** A statement as it is sent, with what it is for. */
export interface ExplainedStatement {
  readonly name: string;
  readonly text: string;
}
