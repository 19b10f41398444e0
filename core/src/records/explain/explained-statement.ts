/** A statement as it is sent, with what it is for. */
export interface ExplainedStatement {
  readonly name: string;
  readonly text: string;
  /** What makes the tables of the connection that it reads; left out when there are none. */
  readonly stage?: readonly string[];
}
