/** A room of core, which has no public entries; the compiled test lies one folder deeper than its source. */
export async function loadCore<T>(path: string): Promise<T> {
  return (await import(new URL(`../../../../core/dist/${path}`, import.meta.url).href)) as T;
}
