import { prepare, type PreparedStatement } from '../../database/prepared.js';

/** A statement together with where its values come from. */
export interface BoundStatement<Input> {
  readonly prepared: PreparedStatement;
  /** Values in the order of the placeholders. */
  valuesOf(input: Input): readonly unknown[];
}

/** Collects the placeholders of a statement while its text is put together. */
export class StatementText<Input> {
  readonly #readers: ((input: Input) => unknown)[] = [];

  /** The placeholder of a value, cast to its type: PostgreSQL cannot guess the type of one that stands alone. */
  value(type: string, read: (input: Input) => unknown): string {
    this.#readers.push(read);
    return `$${this.#readers.length}::${type}`;
  }

  /** The statement made of the parts, each of which uses placeholders of this collection. */
  finish(parts: readonly string[]): BoundStatement<Input> {
    const readers = [...this.#readers];
    return { prepared: prepare(parts.join('\n')), valuesOf: (input) => readers.map((read) => read(input)) };
  }
}

/** A constant text of a declaration as SQL. */
export function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
