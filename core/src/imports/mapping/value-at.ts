/** Values at a path of a record: one for `name`, one per entry for `emails.email`, that of a plugin for `sales.territory`; empty ones left out. */
export function valueAt(values: Readonly<Record<string, unknown>>, path: string): readonly unknown[] {
  const whole = values[path];
  if (whole !== undefined) return whole === null ? [] : [whole];
  const [name = '', part = ''] = path.split('.');
  const outer = values[name];
  const entries: readonly unknown[] = Array.isArray(outer) ? outer : [outer];
  return entries.flatMap((entry) => {
    const value: unknown = typeof entry === 'object' && entry !== null ? Reflect.get(entry, part) : undefined;
    return value === undefined || value === null ? [] : [value];
  });
}
