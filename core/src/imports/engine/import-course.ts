import type { Clock } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Generation } from '../../kernel/generation.js';
import type { ImportProblem } from '../import-problem.js';
import { saveChunk } from '../import-progress-store.js';
import type { ImportRecord } from '../import-record.js';
import { readFileText } from '../import-store.js';
import { compileMapping } from '../mapping/compile-mapping.js';
import type { CompiledMapping } from '../mapping/compiled-mapping.js';
import { KeyLedger } from '../mapping/key-ledger.js';
import { draftRow, headerIndex, type RowDraft } from '../mapping/row-draft.js';
import { addTotals, type ChunkResult } from './chunk-result.js';
import { chunksOf } from './chunks.js';
import { errorProblems, isAboutRows } from './error-problems.js';
import { importChunk, RowsRefused } from './import-chunk.js';
import type { ChunkPorts } from './import-ports.js';
import { PlannedRecords, previewPorts } from './preview-ports.js';

/** What running an import needs of its surroundings. */
export interface ImportRun {
  readonly knex: Knex;
  readonly clock: Clock;
  readonly generation: Generation;
  readonly baseCurrency: string;
  /** One transaction of the import, as its actor and within its change set. */
  transaction<T>(record: ImportRecord, work: (trx: Knex.Transaction, ports: ChunkPorts) => Promise<T>): Promise<T>;
  /** Called after each commit. */
  progress(record: ImportRecord): Promise<void>;
  /** Aborted when the process stops; the import then goes on elsewhere. */
  readonly signal: AbortSignal;
}

/** Rows written in one transaction. */
const chunkRows = 500;

/** One import under way: what it is, and how far it has come. */
export class ImportCourse {
  readonly mapping: CompiledMapping;
  private readonly planned = new PlannedRecords();

  constructor(
    public record: ImportRecord,
    readonly run: ImportRun,
  ) {
    const { generation, baseCurrency } = run;
    this.mapping = compileMapping(record.mapping, { generation, header: record.header, baseCurrency });
  }

  /** Goes through the file from its first row: keys of rows done before count when later ones repeat them. */
  async importRows(): Promise<void> {
    const { header, delimiter, id } = this.record;
    const index = headerIndex(header);
    const ledger = new KeyLedger();
    let seen = 0;
    for await (const rows of chunksOf(
      readFileText(this.run.knex, id),
      { delimiter, columns: header.length },
      chunkRows,
    )) {
      const drafts = rows.map((row) => draftRow(row, this.mapping, index, ledger));
      const waiting = drafts.slice(Math.max(0, this.record.rowsDone - seen));
      seen += rows.length;
      if (waiting.length > 0) await this.importSet(waiting);
    }
  }

  /** One step in a transaction of its own, which also stores how far the import has come. */
  async step(rows: number, work: (ports: ChunkPorts, trx: Knex.Transaction) => Promise<ChunkResult>): Promise<void> {
    this.run.signal.throwIfAborted();
    const { record } = this;
    const planned = new PlannedRecords(this.planned);
    const totals = await this.run.transaction(record, async (trx, ports) => {
      const result = await work(record.isDryRun ? previewPorts(ports, planned) : ports, trx);
      const sum = addTotals(record.totals, result.totals());
      const { problems, deferred } = result;
      await saveChunk(trx, record.id, {
        from: record.rowsDone,
        to: record.rowsDone + rows,
        totals: sum,
        problems,
        deferred,
      });
      return sum;
    });
    this.planned.absorb(planned);
    this.record = { ...record, totals, rowsDone: record.rowsDone + rows };
    await this.run.progress(this.record);
  }

  /** A set that the record layer refuses is cut in half until the rows it means stand alone. */
  private async importSet(rows: readonly RowDraft[], refused: readonly ImportProblem[] = []): Promise<void> {
    try {
      await this.step(rows.length, (ports) => importChunk(rows, this.mapping, ports, refused));
    } catch (error) {
      if (error instanceof RowsRefused) return this.importSet(rows, error.problems);
      if (!isAboutRows(error)) throw error;
      const [only, other] = rows;
      if (only !== undefined && other === undefined)
        return this.importSet(rows, errorProblems(error, only.line, this.mapping));
      const middle = rows.length >> 1;
      await this.importSet(rows.slice(0, middle), refused);
      await this.importSet(rows.slice(middle), refused);
    }
  }
}
