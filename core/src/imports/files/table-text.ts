/** Stands for a line break within a cell, so that each line of the text is one row of what it was made from. */
export const breakInCell = '\u2028';

/** Cells as one line of the text that an import keeps of a spreadsheet or of cards: CSV with commas. */
export function tableLine(cells: readonly string[]): string {
  return `${cells.map(tableCell).join(',')}\n`;
}

function tableCell(text: string): string {
  const plain = text.replaceAll(/\r\n|\n|\r/g, breakInCell).replaceAll(notText, '');
  return /[",]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** PostgreSQL keeps no NUL, and no text has the other ones. */
const notText = /[\x00-\x08\x0b-\x1f]/g;

/** Lines gathered into pieces that are worth a turn. */
export async function* piecesOf(lines: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let waiting: string[] = [];
  let size = 0;
  for await (const line of lines) {
    waiting.push(line);
    size += line.length;
    if (size < pieceChars) continue;
    yield Buffer.from(waiting.join(''), 'utf8');
    waiting = [];
    size = 0;
  }
  if (size > 0) yield Buffer.from(waiting.join(''), 'utf8');
}

const pieceChars = 60 * 1024;
