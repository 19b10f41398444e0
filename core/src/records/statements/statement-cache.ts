import { prepare, unprepared, type PreparedStatement } from '../../database/prepared.js';

/** Statements kept at most; the one not used for longest makes room. */
const maxStatements = 300;

/** Uses before connections keep a statement as well: what is asked once or twice would only fill their memory. */
const usesBeforeNamed = 2;

/** The statements of one entity in one generation, by what decides on their text. */
export class StatementCache {
  readonly #kept = new Map<string, KeptStatement>();

  /** The statement of a key. @param build its text, asked for the first time only */
  get(key: string, build: () => string): PreparedStatement {
    const kept = this.#kept.get(key) ?? { statement: unprepared(build()), uses: 0 };
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    if (this.#kept.size > maxStatements) this.#dropOldest();
    if (kept.uses === usesBeforeNamed) kept.statement = prepare(kept.statement.text);
    kept.uses += 1;
    return kept.statement;
  }

  /** How many there are. */
  get size(): number {
    return this.#kept.size;
  }

  /** A map is in the order of use here: each use puts its key at the end. */
  #dropOldest(): void {
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }
}

interface KeptStatement {
  statement: PreparedStatement;
  uses: number;
}
