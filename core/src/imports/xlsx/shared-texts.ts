import { tooLarge, xlsxLimits } from './xlsx-limits.js';
import { drain, nothing } from './workbook.js';
import { xmlEvents } from './xml-events.js';
import type { ZipParts } from './zip-parts.js';

const part = 'xl/sharedStrings.xml';

/** Texts that cells refer to by number. @throws ValidationError `spreadsheet_too_large` when they are too many to hold */
export async function readSharedTexts(zip: ZipParts): Promise<readonly string[]> {
  if (!zip.has(part)) return [];
  const reader = new SharedTextReader();
  await drain(xmlEvents(zip.open(part), reader, nothing));
  return reader.texts;
}

class SharedTextReader {
  readonly texts: string[] = [];
  #pieces: string[] = [];
  #chars = 0;
  #isText = false;
  #isPhonetic = false;

  opened(name: string): void {
    if (name === 'si') this.#pieces = [];
    if (name === 'rPh') this.#isPhonetic = true;
    this.#isText = name === 't' && !this.#isPhonetic;
  }

  text(text: string): void {
    if (!this.#isText) return;
    this.#chars += text.length;
    if (this.#chars > xlsxLimits.sharedChars) throw tooLarge();
    this.#pieces.push(text);
  }

  closed(name: string): void {
    this.#isText = false;
    if (name === 'rPh') this.#isPhonetic = false;
    if (name !== 'si') return;
    if (this.texts.length >= xlsxLimits.sharedCount) throw tooLarge();
    this.texts.push(unescaped(this.#pieces.join('')));
  }
}

/** `_x000D_` is how a spreadsheet writes a character that XML cannot. */
export function unescaped(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replaceAll(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
