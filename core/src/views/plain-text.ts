/** Text of a value that a template was handed; objects and functions have none, so a mistake never prints `[object Object]`. */
export function plainText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  return '';
}
