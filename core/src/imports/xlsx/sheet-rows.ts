import { cellText, type CellSurroundings } from './cell-text.js';
import { broken, tooLarge, xlsxLimits } from './xlsx-limits.js';

/** A row of a sheet; rows and cells without a value are left out. */
export interface SheetRow {
  /** From 1. */
  readonly number: number;
  /** From the first column on. */
  readonly cells: readonly string[];
}

/** Listens to the XML of a sheet and gathers its rows. */
export class SheetReader {
  readonly #surroundings: CellSurroundings;
  #rows: SheetRow[] = [];
  #number = 0;
  #cells: string[] = [];
  #column = 0;
  #cell: { type: string; style: number } | null = null;
  #pieces: string[] = [];
  #chars = 0;
  #isText = false;
  #isPhonetic = false;

  constructor(surroundings: CellSurroundings) {
    this.#surroundings = surroundings;
  }

  /** Hands the gathered rows over. */
  take(): readonly SheetRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  opened(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === 'row') this.#openRow(attributes['r']);
    else if (name === 'c') this.#openCell(attributes);
    else if (name === 'rPh') this.#isPhonetic = true;
    this.#isText = this.#cell !== null && !this.#isPhonetic && (name === 'v' || name === 't');
  }

  text(text: string): void {
    if (!this.#isText) return;
    this.#chars += text.length;
    if (this.#chars > xlsxLimits.cellChars) throw tooLarge();
    this.#pieces.push(text);
  }

  closed(name: string): void {
    this.#isText = false;
    if (name === 'rPh') this.#isPhonetic = false;
    if (name === 'c') this.#closeCell();
    if (name === 'row' && this.#cells.length > 0) this.#rows.push({ number: this.#number, cells: this.#cells });
  }

  #openRow(given: string | undefined): void {
    const number = given === undefined ? this.#number + 1 : Number(given);
    if (!(number > this.#number && number <= xlsxLimits.rows)) throw broken('its rows are out of order');
    this.#number = number;
    this.#cells = [];
    this.#column = 0;
  }

  #openCell({ r, t, s }: Readonly<Record<string, string>>): void {
    const column = r === undefined ? this.#column + 1 : columnOf(r);
    if (!(column >= 1 && column <= xlsxLimits.columns)) throw broken('a cell lies outside of the sheet');
    this.#column = column;
    this.#cell = { type: t ?? 'n', style: Number(s ?? 0) };
    this.#pieces = [];
    this.#chars = 0;
  }

  #closeCell(): void {
    if (this.#cell === null) return;
    const text =
      this.#pieces.length === 0 ? '' : cellText({ ...this.#cell, value: this.#pieces.join('') }, this.#surroundings);
    this.#cell = null;
    if (text === '') return;
    while (this.#cells.length < this.#column - 1) this.#cells.push('');
    this.#cells[this.#column - 1] = text;
  }
}

/** 28 of `AB12`. */
function columnOf(reference: string): number {
  let column = 0;
  for (const letter of /^[A-Z]{1,3}/.exec(reference)?.[0] ?? '') column = column * 26 + letter.charCodeAt(0) - 64;
  return column;
}
