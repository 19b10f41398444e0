import type { Knex } from 'knex';
import { plainReasons, type ReasonTexts } from '../http/reason-texts.js';
import { csvLine } from './csv/write-csv.js';
import { chunksOf } from './engine/chunks.js';
import type { ImportRecord } from './import-record.js';
import { readFileText } from './import-store.js';

/** The rows that were kept out as they stood in the file, with the reason behind them: to be corrected and imported again. */
export async function* refusedRows(
  knex: Knex,
  record: ImportRecord,
  texts: ReasonTexts = plainReasons,
): AsyncGenerator<string> {
  const { id, header, delimiter } = record;
  yield `\uFEFF${csvLine([...header, texts.column('reason')], delimiter)}`;
  for await (const rows of chunksOf(readFileText(knex, id), { delimiter, columns: header.length }, () => rowsAtOnce)) {
    const reasons = await reasonsBetween(knex, record, [rows[0]?.line ?? 0, rows.at(-1)?.line ?? 0], texts);
    const lines = rows.flatMap(({ line, cells }) => {
      const reason = reasons.get(line);
      return reason === undefined
        ? []
        : [csvLine([...header.map((_, index) => cells[index] ?? ''), reason], delimiter)];
    });
    if (lines.length > 0) yield lines.join('');
  }
}

const rowsAtOnce = 2000;

async function reasonsBetween(
  knex: Knex,
  { id }: ImportRecord,
  [first, last]: readonly [number, number],
  texts: ReasonTexts,
): Promise<ReadonlyMap<number, string>> {
  const { rows } = await knex.raw<{ rows: KeptReason[] }>(
    `select line, column_name as "column", code, message
     from core.import_problems where import_id = ? and kind = 'error' and line between ? and ? order by line, position`,
    [id, first, last],
  );
  const byLine = Map.groupBy(rows, ({ line }) => line);
  return new Map([...byLine].map(([line, found]) => [line, found.map((one) => reasonText(one, texts)).join(' ')]));
}

interface KeptReason {
  readonly line: number;
  /** As the header names it; null when it concerns the row as a whole. */
  readonly column: string | null;
  readonly code: string;
  readonly message: string;
}

function reasonText({ column, code, message }: KeptReason, texts: ReasonTexts): string {
  const reason = texts.reason({ code, message });
  return column === null ? reason : `${column}: ${reason}`;
}
