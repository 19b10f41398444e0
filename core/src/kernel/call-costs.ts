/** What calls of one kind into one module cost in this process since its start. */
export interface CallCost {
  readonly module: string;
  /** First word of what is called: `route`, `panel`, `subscription`, `job`, `guard` … */
  readonly kind: string;
  readonly calls: number;
  /** Errors that are bugs and calls that took too long. */
  readonly faults: number;
  readonly totalMs: number;
}

/** Adds calls up by module and kind. */
export class CallCosts {
  readonly #costs = new Map<string, { -readonly [Key in keyof CallCost]: CallCost[Key] }>();

  /** Notes one call that ended. */
  note({ module, what }: { readonly module: string; readonly what: string }, ms: number, isFault: boolean): void {
    const end = what.indexOf(' ');
    const kind = end < 0 ? what : what.slice(0, end);
    const key = `${module} ${kind}`;
    let cost = this.#costs.get(key);
    if (cost === undefined) this.#costs.set(key, (cost = { module, kind, calls: 0, faults: 0, totalMs: 0 }));
    cost.calls += 1;
    cost.faults += isFault ? 1 : 0;
    cost.totalMs += ms;
  }

  /** All of them, in no order. */
  list(): readonly CallCost[] {
    return [...this.#costs.values()];
  }
}
