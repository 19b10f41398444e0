import type { Connection, Submittable } from 'pg';
import { serialize } from 'pg-protocol';
import { columnTypes } from './column-types.js';
import { toParameter, type Parameter } from './parameters.js';

/** Values of one row, in the order of the statement's columns. */
export type PreparedRow = readonly unknown[];

/** How the columns of a statement's answer are read, in their order. */
export type ColumnReaders = readonly ((text: string) => unknown)[];

/** What is run. */
export interface RunnableStatement {
  readonly text: string;
  /** What the connection keeps it under; empty for none. */
  readonly name: string;
  /** Known from an earlier run under this name on this connection: the server need not describe the answer again. */
  readonly columns: ColumnReaders | undefined;
  /** Whether the server is to plan it for these values, whatever the session says. */
  readonly isPlannedAnew: boolean;
}

/**
 * One run of a statement, as pg runs it, but sent in one piece, without asking again what the columns are, and with rows as arrays.
 * pg lets such classes of its callers take part (`submit`) and hands the server's messages to them.
 */
export class StatementRun implements Submittable {
  readonly text: string;
  readonly name: string;
  /** Set once the server has described them. */
  columns: ColumnReaders | undefined;
  readonly #isPlannedAnew: boolean;
  /** Whether the answer that comes is that of the setting sent ahead. */
  #isAhead: boolean;
  readonly #values: Parameter[];
  readonly #rows: PreparedRow[] = [];
  readonly #outcome = Promise.withResolvers<readonly PreparedRow[]>();
  #failure: { readonly error: unknown } | undefined;

  constructor({ text, name, columns, isPlannedAnew }: RunnableStatement, values: readonly unknown[]) {
    this.text = text;
    this.name = name;
    this.columns = columns;
    this.#isPlannedAnew = isPlannedAnew;
    this.#isAhead = isPlannedAnew;
    this.#values = values.map(toParameter);
  }

  /** The rows, or the server's refusal. */
  get answer(): Promise<readonly PreparedRow[]> {
    return this.#outcome.promise;
  }

  submit(connection: Connection): void {
    const { name, text } = this;
    const isParsed = name !== '' && name in (connection as ParsingConnection).parsedStatements;
    const bind = bindTo(name, this.#values);
    const message =
      isParsed && this.columns !== undefined
        ? [bind, executeAndSync]
        : [...(isParsed ? [] : [serialize.parse({ name, text })]), bind, describe, executeAndSync];
    const sent = this.#isPlannedAnew ? [planForValues, ...message] : message;
    if (connection.stream.writable) connection.stream.write(Buffer.concat(sent));
  }

  handleRowDescription({ fields }: { readonly fields: readonly { readonly dataTypeID: number }[] }): void {
    this.columns = fields.map(({ dataTypeID }) => columnTypes.getTypeParser(dataTypeID));
  }

  handleDataRow({ fields }: { readonly fields: (string | null)[] }): void {
    if (this.#isAhead) return;
    try {
      this.#rows.push(rowOf(fields, this.columns ?? []));
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  handleReadyForQuery(): void {
    // A statement without rows is described as such by a message that pg does not hand on.
    this.columns ??= [];
    if (this.#failure === undefined) this.#outcome.resolve(this.#rows);
    else this.#outcome.reject(this.#failure.error);
  }

  handleError(error: unknown): void {
    this.#outcome.reject(error);
  }

  /** The end is told by `ReadyForQuery`. */
  handleCommandComplete(): void {
    this.#isAhead = false;
  }

  handleEmptyQuery(): void {
    // As above.
  }

  handleCopyInResponse(connection: { sendCopyFail(message: string): void }): void {
    connection.sendCopyFail('No source stream defined');
  }
}

/** The message that gives a statement kept under `name` its values. */
export function bindTo(name: string, values: Parameter[]): Buffer {
  return serialize.bind({ statement: name, values });
}

/** A row of an answer, read. */
export function rowOf(fields: readonly (string | null)[], columns: ColumnReaders): PreparedRow {
  return fields.map((text, index) => (text === null ? null : columns[index]?.(text)));
}

/** pg's types do not know what it remembers of a connection. */
type ParsingConnection = Connection & { readonly parsedStatements: Readonly<Record<string, string>> };

/** What is sent in one piece is one transaction, so the setting ends with the statement. */
const planForValues = Buffer.concat([
  serialize.parse({ name: '', text: `select set_config('plan_cache_mode', 'force_custom_plan', true)` }),
  serialize.bind({ statement: '', values: [] }),
  serialize.execute(),
]);
const describe = serialize.describe({ type: 'P', name: '' });
const executeAndSync = Buffer.concat([serialize.execute(), serialize.sync()]);
