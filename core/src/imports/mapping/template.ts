/** A compiled template: text of one row from its cells by column name. */
export type Template = (cell: (column: string) => string) => string;

/** Columns a template names. */
export function templateColumns(template: string): readonly string[] {
  return [...template.matchAll(/\{([^{}]+)\}/g)].map(([, column = '']) => column);
}

/** Compiles `{column}` and `[optional parts]`, which vanish when one of their columns is empty. */
export function compileTemplate(template: string): Template {
  const parts = template
    .split(/(\[[^[\]]*\])/)
    .filter((part) => part !== '')
    .map(compilePart);
  return (cell) =>
    parts
      .map((part) => part(cell))
      .join('')
      .trim();
}

function compilePart(part: string): Template {
  const isOptional = part.startsWith('[') && part.endsWith(']');
  const text = isOptional ? part.slice(1, -1) : part;
  const columns = templateColumns(text);
  return (cell) => (isOptional && columns.some((column) => cell(column) === '') ? '' : fill(text, cell));
}

function fill(text: string, cell: (column: string) => string): string {
  return text.replaceAll(/\{([^{}]+)\}/g, (_, column: string) => cell(column));
}
