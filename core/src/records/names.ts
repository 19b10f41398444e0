/** Column of a field name: `foundedYear` → `founded_year`. */
export function toSnake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replaceAll('-', '_');
}

/** Path segment of a plural: `test_methods` → `test-methods`. */
export function toKebab(name: string): string {
  return toSnake(name).replaceAll('_', '-');
}

/** Schema of a module's tables. */
export function schemaNameOf(module: string): string {
  return module === 'core' ? 'core' : `p_${toSnake(module)}`;
}

/** Quotes a name that stands in a constant statement; names come from declarations only. */
export function quoted(...parts: readonly string[]): string {
  for (const part of parts) if (!plainName.test(part)) throw new Error(`"${part}" is no name for a table or column`);
  return parts.map((part) => `"${part}"`).join('.');
}

const plainName = /^[a-z_][a-z0-9_]*$/;
