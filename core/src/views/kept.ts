/** What was made for a key before, as long as it is in use. */
export interface Kept<T, K = string> {
  /** The kept value, or that of `make`. The key must tell apart all that the value depends on: language and rights included. */
  of(key: K, make: () => T): T;
}

/** Keeps the `size` values used last, and up to twice as many. */
export function createKept<T, K = string>(size: number): Kept<T, K> {
  let recent = new Map<K, T>();
  let before = new Map<K, T>();
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
