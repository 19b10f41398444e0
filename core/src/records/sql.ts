/** A piece of a statement: constant text with `?` for each binding, and the side tables it reads. */
export interface Sql {
  readonly text: string;
  readonly bindings: readonly unknown[];
  /** Plugins whose side tables must be joined. */
  readonly plugins: readonly string[];
}

/** A piece of a statement. Names in `text` come from declarations; what people typed goes into `bindings` only. */
export function sql(text: string, bindings: readonly unknown[] = [], plugins: readonly string[] = []): Sql {
  return { text, bindings, plugins };
}

/** Holds when all parts hold; true without parts. */
export function allOf(parts: readonly Sql[]): Sql {
  return parts.length === 0 ? sql('true') : combine(parts, ' and ');
}

/** Holds when one part holds; false without parts. */
export function anyOf(parts: readonly Sql[]): Sql {
  return parts.length === 0 ? sql('false') : combine(parts, ' or ');
}

/** Wraps a piece in constant text. */
export function around(before: string, { text, bindings, plugins }: Sql, after: string): Sql {
  return { text: `${before}${text}${after}`, bindings, plugins };
}

/** A constant of a declaration as SQL text. */
export function literal(value: unknown): string | null {
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (typeof value === 'string') return quotedText(value);
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string'))
    return `array[${value.map(quotedText).join(', ')}]::text[]`;
  return null;
}

function combine(parts: readonly Sql[], operator: string): Sql {
  return {
    text: `(${parts.map(({ text }) => text).join(operator)})`,
    bindings: parts.flatMap(({ bindings }) => bindings),
    plugins: [...new Set(parts.flatMap(({ plugins }) => plugins))],
  };
}

/** knex reads `?` as a binding unless it is escaped. */
function quotedText(text: string): string {
  return `'${text.replaceAll("'", "''").replaceAll('?', '\\?')}'`;
}
