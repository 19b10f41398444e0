/** Something that has to be over by a time. */
export interface Deadline {
  /** Of `performance.now()`. */
  readonly at: number;
  readonly miss: () => void;
}

/** Deadlines that all lie equally far ahead, so that one timer, that of the first, serves them all. */
export class Deadlines {
  readonly #open = new Set<Deadline>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly timeoutMs: number) {}

  /** From now on. @param miss is called when the time is up before the deadline was met */
  set(miss: () => void): Deadline {
    const deadline = { at: performance.now() + this.timeoutMs, miss };
    this.#open.add(deadline);
    if (this.#timer === undefined) this.#wake(this.timeoutMs);
    return deadline;
  }

  meet(deadline: Deadline): void {
    this.#open.delete(deadline);
  }

  #wake(afterMs: number): void {
    this.#timer = setTimeout(() => this.#look(), afterMs).unref();
  }

  #look(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const deadline of this.#open) {
      // Timers may be early by a part of a millisecond.
      if (deadline.at > now + 1) {
        this.#wake(deadline.at - now);
        return;
      }
      this.#open.delete(deadline);
      deadline.miss();
    }
  }
}
