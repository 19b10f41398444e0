import type { CsvRow } from '../csv/csv-row.js';
import type { ImportProblem } from '../import-problem.js';
import type { Cells, CompiledField, CompiledMapping, CompiledRecord, FieldReading } from './compiled-mapping.js';
import type { KeyLedger } from './key-ledger.js';
import { valueAt } from './value-at.js';

/** What one row wants to become, before the database was asked. */
export interface RowDraft {
  readonly line: number;
  readonly records: readonly RecordDraft[];
  readonly problems: readonly ImportProblem[];
}

/** One record of a row. */
export interface RecordDraft {
  readonly record: CompiledRecord;
  readonly line: number;
  /** Key in the source; null without one. */
  readonly externalId: string | null;
  /** Tells records of one place in the mapping apart; null for those without a key, which are all different. */
  readonly key: string | null;
  /** The same record as an earlier row makes. */
  readonly isRepeated: boolean;
  /** By field name; references are still keys. Fields with an empty cell are not among them. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Mapped fields whose cells were empty. */
  readonly blanks: readonly string[];
}

/** Turns a row into drafts. Looks at nothing but the row and, for keys that repeat, the rows before it. */
export function draftRow(row: CsvRow, mapping: CompiledMapping, header: HeaderIndex, ledger: KeyLedger): RowDraft {
  if (row.broken !== undefined)
    return { line: row.line, records: [], problems: [{ ...row.broken, line: row.line, column: null, kind: 'error' }] };
  const cells: Cells = (column) => row.cells[header.of(column)]?.trim() ?? '';
  const problems: ImportProblem[] = [];
  const isSingle = mapping.records.length === 1;
  const records = mapping.records.flatMap((record) => {
    const draft = draftRecord(record, row.line, cells, problems);
    return record.isOptional && isEmpty(draft) ? [] : [entered(draft, ledger, isSingle, problems)];
  });
  return { line: row.line, records, problems };
}

function isEmpty({ values }: RecordDraft): boolean {
  return Object.keys(values).length === 0;
}

/** Positions of the columns by name, in whatever case. */
export class HeaderIndex {
  readonly #folded: ReadonlyMap<string, number>;
  /** Names as mappings write them, each looked up for every row. */
  readonly #known = new Map<string, number>();

  constructor(names: readonly string[]) {
    this.#folded = new Map(names.map((name, index) => [name.toLowerCase(), index]));
  }

  /** Position of a column; -1 for one that is not there. */
  of(name: string): number {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const found = this.#folded.get(name.toLowerCase()) ?? -1;
    this.#known.set(name, found);
    return found;
  }
}

function draftRecord(record: CompiledRecord, line: number, cells: Cells, problems: ImportProblem[]): RecordDraft {
  const values: Record<string, unknown> = {};
  const blanks: string[] = [];
  for (const field of record.fields) {
    const reading = field.read(cells);
    if (reading.kind === 'value') values[field.name] = reading.value;
    else problems.push(...remarksOn(field, reading, line, cells));
    if (reading.kind === 'blank') blanks.push(field.name);
  }
  const externalId = record.externalId?.(cells) ?? null;
  if (externalId === '') problems.push(noKey(line, record.keyColumn));
  return { record, line, externalId, key: keyOf(record, externalId, values), isRepeated: false, values, blanks };
}

function remarksOn(
  { name, column, noticeBlank }: CompiledField,
  reading: FieldReading,
  line: number,
  cells: Cells,
): ImportProblem[] {
  const value = column === null ? null : cells(column).slice(0, 100);
  if (reading.kind === 'problem') return [{ line, column, ...reading.problem, kind: 'error', value }];
  return reading.kind === 'blank' && noticeBlank ? [blankNotice(line, column, name)] : [];
}

function blankNotice(line: number, column: string | null, field: string): ImportProblem {
  return { line, column, code: 'no_value', message: `No ${field}; the record is kept without.`, kind: 'notice' };
}

function noKey(line: number, column: string | null): ImportProblem {
  return { line, column, code: 'no_key', message: 'The key that identifies the record is empty.', kind: 'error' };
}

/** Compares with the rows before: a row may repeat what an earlier one of its key says, but not contradict it. */
function entered(draft: RecordDraft, ledger: KeyLedger, isSingle: boolean, problems: ImportProblem[]): RecordDraft {
  const entry = ledger.enter(draft);
  if (entry.kind === 'new') return draft;
  const { line, record } = draft;
  const column = record.keyColumn;
  if (entry.kind === 'other') {
    const message = `Line ${entry.line} has the same key and other values.`;
    problems.push({ line, column, code: 'duplicate_key', message, kind: 'error' });
  } else if (isSingle) {
    problems.push({
      line,
      column,
      code: 'repeated_row',
      message: `The row says the same as line ${entry.line}.`,
      kind: 'notice',
    });
  }
  return { ...draft, isRepeated: true };
}

function keyOf(
  record: CompiledRecord,
  externalId: string | null,
  values: Readonly<Record<string, unknown>>,
): string | null {
  if (externalId !== null) return externalId === '' ? null : externalId;
  const [value] = record.matchField === null ? [] : valueAt(values, record.matchField);
  return value === undefined ? null : JSON.stringify(value);
}
