/** Markup that templates print as it stands. Only core makes one: from a rendered template, an icon or the sanitiser. */
export class SafeHtml {
  readonly #html: string;

  private constructor(html: string) {
    this.#html = html;
  }

  /** Vouches for `html`: the caller has escaped or sanitised every part that came from outside. */
  static trust(html: string): SafeHtml {
    return new SafeHtml(html);
  }

  /** What Handlebars looks for before it escapes a value. */
  toHTML(): string {
    return this.#html;
  }

  toString(): string {
    return this.#html;
  }
}

/** Escapes the five characters that mean something in HTML text and in quoted attribute values. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
