import type { Knex } from 'knex';
import { csvLine } from './csv/write-csv.js';
import { chunksOf } from './engine/chunks.js';
import type { ImportRecord } from './import-record.js';
import { readFileText } from './import-store.js';

/** The rows that were kept out as they stood in the file, with the reason behind them: to be corrected and imported again. */
export async function* refusedRows(knex: Knex, record: ImportRecord): AsyncGenerator<string> {
  const { id, header, delimiter } = record;
  yield `\uFEFF${csvLine([...header, 'reason'], delimiter)}`;
  for await (const rows of chunksOf(readFileText(knex, id), { delimiter, columns: header.length }, () => rowsAtOnce)) {
    const reasons = await reasonsBetween(knex, record, rows[0]?.line ?? 0, rows.at(-1)?.line ?? 0);
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
  first: number,
  last: number,
): Promise<ReadonlyMap<number, string>> {
  const { rows } = await knex.raw<{ rows: { line: number; reason: string }[] }>(
    `select line, string_agg(case when column_name is null then message else column_name || ': ' || message end, ' ' order by position) as reason
     from core.import_problems where import_id = ? and kind = 'error' and line between ? and ? group by line`,
    [id, first, last],
  );
  return new Map(rows.map(({ line, reason }) => [line, reason]));
}
