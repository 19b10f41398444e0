import type { Connection, Submittable } from 'pg';
import { serialize } from 'pg-protocol';
import type { KeptStatement } from './kept-statements.js';
import type { Parameter } from './parameters.js';
import { bindTo, rowOf, type PreparedRow } from './statement-run.js';

/** One statement of a batch, which the connection keeps already. */
export interface BatchedStatement extends KeptStatement {
  readonly text: string;
  readonly values: Parameter[];
}

/**
 * Several statements sent in one piece and answered in one. The server runs them one after the other, each with a snapshot of its
 * own, and commits them together: when one fails, none has happened (PostgreSQL documentation, "Pipelining").
 */
export class BatchRun implements Submittable {
  readonly #statements: readonly BatchedStatement[];
  readonly #answers: PreparedRow[][];
  readonly #outcome = Promise.withResolvers<readonly (readonly PreparedRow[])[]>();
  /** Place of the statement whose answer comes. */
  #present = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(statements: readonly BatchedStatement[]) {
    this.#statements = statements;
    this.#answers = statements.map(() => []);
  }

  /** What the log of slow statements tells. */
  get text(): string {
    return [...new Set(this.#statements.map(({ text }) => text))].join('; ');
  }

  /** The rows of each statement, or the first error. */
  get answer(): Promise<readonly (readonly PreparedRow[])[]> {
    return this.#outcome.promise;
  }

  submit(connection: Connection): void {
    const message: Buffer[] = [];
    for (const { name, values } of this.#statements) message.push(bindTo(name, values), execute);
    message.push(sync);
    if (connection.stream.writable) connection.stream.write(Buffer.concat(message));
  }

  handleDataRow({ fields }: { readonly fields: (string | null)[] }): void {
    try {
      this.#answers[this.#present]?.push(rowOf(fields, this.#statements[this.#present]?.columns ?? []));
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  handleCommandComplete(): void {
    this.#present += 1;
  }

  handleEmptyQuery(): void {
    this.#present += 1;
  }

  handleReadyForQuery(): void {
    if (this.#failure === undefined) this.#outcome.resolve(this.#answers);
    else this.#outcome.reject(this.#failure.error);
  }

  handleError(error: unknown): void {
    this.#outcome.reject(error);
  }
}

const execute = serialize.execute();
const sync = serialize.sync();
