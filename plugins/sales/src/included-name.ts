/** Name of the record an include put in place of a ref; empty where there is none, or none the actor may read. */
export function nameOf(included: unknown): string {
  return typeof included === 'object' && included !== null && 'name' in included ? String(included.name) : '';
}
