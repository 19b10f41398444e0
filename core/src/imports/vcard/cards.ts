import { refuseFile } from '../file-refusal.js';
import { decodeText } from '../files/decode-text.js';
import type { ImportFile } from '../files/import-file.js';
import { tableLine } from '../files/table-text.js';
import { CardReader, type Card } from './card-lines.js';
import { cardCells, cardHeader, widen, type CardWidths } from './card-table.js';

/** Cards of a file as a table. */
export interface Cards {
  /** The header, then a line for each card. */
  lines(): AsyncGenerator<string>;
}

/** Looks through all cards for the columns they need. @throws ValidationError `not_a_card` when there is none */
export async function openCards(file: ImportFile, encoding: string): Promise<Cards> {
  const widths: CardWidths = { emails: 1, phones: 1, addresses: 0 };
  let count = 0;
  for await (const card of cardsOf(file, encoding)) {
    widen(widths, card);
    count += 1;
  }
  if (count === 0)
    throw refuseFile('not_a_card', 'No card of this file is complete: each needs BEGIN:VCARD and END:VCARD.');
  return {
    async *lines() {
      yield tableLine(cardHeader(widths));
      for await (const card of cardsOf(file, encoding)) yield tableLine(cardCells(card, widths));
    },
  };
}

async function* cardsOf(file: ImportFile, encoding: string): AsyncGenerator<Card> {
  const reader = new CardReader();
  for await (const line of linesOf(decodeText(file, encoding))) {
    const card = reader.take(line);
    if (card !== null) yield card;
  }
  const last = reader.end();
  if (last !== null) yield last;
}

async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest = '';
  let number = 0;
  // Pieces of decoded text end between characters.
  for await (const piece of pieces) {
    const lines = (rest + piece.toString('utf8')).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) throw lineTooLong(number + lines.length + 1);
    number += lines.length;
    yield* lines;
  }
  if (rest !== '') yield rest;
}

const longestLine = 4 * 1024 * 1024;

function lineTooLong(line: number) {
  const message = `Line ${line} is longer than ${longestLine / 1024 / 1024} MB: this is no list of cards.`;
  return refuseFile('line_too_long', message, { line, limitMb: longestLine / 1024 / 1024 });
}
