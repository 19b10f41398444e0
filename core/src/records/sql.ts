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

/**
 * Texts of pieces with numbered placeholders, `$1` for the first value of the first piece. In which order the texts then stand, and
 * how often, is free; their values are those of the pieces in this order.
 */
export function numbered(pieces: readonly Sql[]): readonly string[] {
  let count = 0;
  return pieces.map(({ text }) => text.replaceAll(placeholder, (mark) => (mark === '?' ? `$${(count += 1)}` : '?')));
}

/** Constant text in the form of a finished statement. */
export function finished(text: string): string {
  return text.replaceAll('\\?', '?');
}

/** Values of pieces, in their order. */
export function bindingsOf(pieces: readonly Sql[]): readonly unknown[] {
  return pieces.flatMap(({ bindings }) => bindings);
}

const placeholder = /\\\?|\?/g;

/** A constant of a declaration as SQL text. */
export function literal(value: unknown): string | null {
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (typeof value === 'string') return textLiteral(value);
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string'))
    return `array[${value.map(textLiteral).join(', ')}]::text[]`;
  return null;
}

function combine(parts: readonly Sql[], operator: string): Sql {
  return {
    text: `(${parts.map(({ text }) => text).join(operator)})`,
    bindings: parts.flatMap(({ bindings }) => bindings),
    plugins: [...new Set(parts.flatMap(({ plugins }) => plugins))],
  };
}

/** A constant text; a `?` in it is escaped, or it would be taken for a placeholder. */
export function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''").replaceAll('?', '\\?')}'`;
}
