/** A value that parts which need each other hand on before it exists. */
export interface Later<T> {
  set(value: T): T;
  /** @throws Error when asked before it was set: a mistake in the wiring */
  get(): T;
}

/** @param name of what will be set, for the error */
export function later<T>(name: string): Later<T> {
  const held: T[] = [];
  return {
    set(value) {
      held[0] = value;
      return value;
    },
    get() {
      const [value] = held;
      if (value === undefined) throw new Error(`${name} was asked for before it was wired`);
      return value;
    },
  };
}
