/** Thrown in a set because the one before it failed. */
class EarlierSetFailed extends Error {}

/** A set under way. */
interface Running {
  /** What later sets must not share with it; null: they wait for its end. */
  readonly keys: ReadonlySet<string> | null;
  readonly done: Promise<void>;
}

const mostAtOnce = 2;

/**
 * Sets of one import, two at a time where they have nothing to do with each other. Each commits after the one before it, so that
 * what is committed is always the beginning of the file.
 */
export class Overlap {
  #running: readonly Running[] = [];

  /**
   * Begins a set as soon as it may run beside those under way.
   * @param keys by which its rows may mean records of other sets; null: it runs alone
   * @param work is to wait for `turn` before it commits
   * @throws what a set before failed with, once nothing runs any more
   */
  async begin(keys: ReadonlySet<string> | null, work: (turn: Promise<void>) => Promise<void>): Promise<void> {
    const isApart = this.#running.every((other) => areApart(other.keys, keys));
    while (this.#running.length >= (isApart ? mostAtOnce : 1)) await this.#endFirst();
    const done = work(this.#turn());
    // Heard of when it is the first one.
    done.catch(() => undefined);
    this.#running = [...this.#running, { keys, done }];
  }

  /** Waits for all sets. */
  async end(): Promise<void> {
    while (this.#running.length > 0) await this.#endFirst();
  }

  #turn(): Promise<void> {
    const before = this.#running.at(-1)?.done ?? Promise.resolve();
    const turn = before.catch((error: unknown) => {
      throw new EarlierSetFailed('the set of rows before this one failed', { cause: error });
    });
    turn.catch(() => undefined);
    return turn;
  }

  async #endFirst(): Promise<void> {
    const [first, ...others] = this.#running;
    this.#running = others;
    try {
      await first?.done;
    } catch (error) {
      await Promise.allSettled(others.map(({ done }) => done));
      this.#running = [];
      throw error;
    }
  }
}

function areApart(one: ReadonlySet<string> | null, other: ReadonlySet<string> | null): boolean {
  return one !== null && other !== null && ![...one].some((key) => other.has(key));
}
