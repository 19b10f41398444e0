import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { readRows } from './csv/read-rows.js';
import { refuseFile } from './file-refusal.js';
import { inTurn, type ImportTable } from './files/open-table.js';
import { insertPiece, setRowCount } from './import-store.js';

/** Rows of a file at most. */
const mostRows = 2_000_000;

/**
 * Keeps the text of a table with its import, piece by piece, and counts its rows.
 * @throws ValidationError `no_rows`, `too_many_rows`, and what reading the file finds out further down
 */
export async function keepTable(trx: Knex.Transaction, id: Id, table: ImportTable): Promise<void> {
  const pieces = passing(table.text(), async (piece, position) => insertPiece(trx, id, position, piece));
  await setRowCount(trx, id, await inTurn(table, () => countRows(table, pieces)));
}

/** Reads a table to its end without keeping it. @throws as {@link keepTable} */
export async function readThrough(table: ImportTable): Promise<void> {
  await inTurn(table, () => countRows(table, table.text()));
}

async function countRows({ delimiter, header }: ImportTable, pieces: AsyncIterable<Buffer>): Promise<number> {
  // The names of the columns are no row.
  let count = -1;
  for await (const rows of readRows(pieces, { delimiter, columns: header.length })) {
    count += rows.length;
    if (count > mostRows) throw tooManyRows();
  }
  if (count <= 0) throw refuseFile('no_rows', 'The file has names of columns and no rows below them.', { line: 1 });
  return count;
}

async function* passing(
  pieces: AsyncIterable<Buffer>,
  keep: (piece: Buffer, position: number) => Promise<void>,
): AsyncGenerator<Buffer> {
  let position = 0;
  for await (const piece of pieces) {
    await keep(piece, position);
    position += 1;
    yield piece;
  }
}

function tooManyRows() {
  return refuseFile(
    'too_many_rows',
    `The file has more than ${mostRows} rows. Split it: parts may come in any order.`,
    {
      limit: mostRows,
    },
  );
}
