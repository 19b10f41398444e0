/** One property of a card. Names are in lower case. */
export interface CardProperty {
  readonly name: string;
  /** `work`, `home`, `cell`, `pref` …: the values of TYPE, and what 2.1 writes without it. */
  readonly types: readonly string[];
  readonly value: string;
}

/** Properties of one card, in the order of the file. */
export type Card = readonly CardProperty[];

/** Gathers lines to cards: vCard 2.1, 3.0 and 4.0. */
export class CardReader {
  #pending: string | null = null;
  #card: CardProperty[] | null = null;
  /** Lines of a picture are many and of no use. */
  #isSkipping = false;

  /** @returns the card that this line shows to be over, if it does */
  take(line: string): Card | null {
    if (this.#continues(line)) return null;
    const ended = this.#flush();
    this.#isSkipping = /^(?:[\w-]+\.)?(?:photo|logo|sound|key)[;:]/i.test(line);
    this.#pending = this.#isSkipping ? null : line;
    return ended;
  }

  /** The card that the last line ends. */
  end(): Card | null {
    return this.#flush();
  }

  /** A line that goes on begins with a blank; in 2.1 the one before ends with `=`. */
  #continues(line: string): boolean {
    const isSoft = this.#pending !== null && this.#pending.endsWith('=') && isQuotedPrintable(this.#pending);
    if (!isSoft && !/^[ \t]/.test(line)) return this.#isSkipping && !/^[\w-]+(?:\.[\w-]+)?[;:]/.test(line);
    this.#append(isSoft, line);
    return true;
  }

  #append(isSoft: boolean, line: string): void {
    if (this.#pending === null || this.#pending.length > longestLine) return;
    this.#pending = isSoft ? this.#pending.slice(0, -1) + line : this.#pending + line.slice(1);
  }

  #flush(): Card | null {
    const property = this.#pending === null ? null : propertyOf(this.#pending);
    this.#pending = null;
    if (property === null) return null;
    if (property.value.toLowerCase() === 'vcard') return this.#mark(property.name);
    if (this.#card !== null && this.#card.length < mostProperties) this.#card.push(property);
    return null;
  }

  /** BEGIN or END of a card. */
  #mark(name: string): Card | null {
    const card = name === 'end' ? this.#card : null;
    this.#card = name === 'begin' ? [] : null;
    return card;
  }
}

const longestLine = 64 * 1024;
const mostProperties = 500;

function isQuotedPrintable(line: string): boolean {
  return /^[^:]*;(?:encoding=)?quoted-printable/i.test(line);
}

function propertyOf(line: string): CardProperty | null {
  const match = /^(?:[\w-]+\.)?([\w-]+)((?:;(?:"[^"]*"|[^":;])*)*):(.*)$/s.exec(line);
  if (match === null) return null;
  const [, name = '', parameters = '', value = ''] = match;
  const parts = parameters.match(/;(?:"[^"]*"|[^":;])*/g)?.map((part) => part.slice(1).toLowerCase()) ?? [];
  const types = parts.flatMap((part) => (part.includes('=') ? typesOf(part) : [part]));
  const isEncoded = isQuotedPrintable(line);
  return { name: name.toLowerCase(), types, value: isEncoded ? fromQuotedPrintable(value, charsetOf(parts)) : value };
}

function typesOf(parameter: string): string[] {
  const [name = '', value = ''] = parameter.split('=');
  if (name === 'pref') return ['pref'];
  return name === 'type' ? value.replaceAll('"', '').split(',') : [];
}

function charsetOf(parameters: readonly string[]): string {
  return parameters.find((part) => part.startsWith('charset='))?.slice('charset='.length) ?? 'utf-8';
}

function fromQuotedPrintable(text: string, charset: string): string {
  const bytes = text.replaceAll(/=([0-9A-F]{2})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  try {
    return new TextDecoder(charset).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return text;
  }
}
