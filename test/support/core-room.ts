/** The rooms of core have no public entries, and a compiled test lies one folder deeper than its source. */
export async function loadRoom<T>(path: string): Promise<T> {
  return (await import(new URL(`../../../core/dist/${path}`, import.meta.url).href)) as T;
}
