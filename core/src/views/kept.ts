/** What was made for a key before, as long as it is in use. */
export interface Kept<T> {
  /** The kept value, or that of `make`. The key must tell apart all that the value depends on: language and rights included. */
  of(key: string, make: () => T): T;
}

/** Keeps the `size` values used last, and up to twice as many. */
export function createKept<T>(size: number): Kept<T> {
  let recent = new Map<string, T>();
  let before = new Map<string, T>();
  return {
    of(key, make) {
      const known = recent.get(key);
      if (known !== undefined) return known;
      const value = before.get(key) ?? make();
      if (recent.size >= size) {
        before = recent;
        recent = new Map();
      }
      recent.set(key, value);
      return value;
    },
  };
}
