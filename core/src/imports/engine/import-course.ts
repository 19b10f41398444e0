import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { isLockTimeout } from '../../database/database-errors.js';
import type { Generation } from '../../kernel/generation.js';
import { isAboutRows } from '../../records/about-rows.js';
import type { ImportProblem } from '../import-problem.js';
import { saveChunk } from '../import-progress-store.js';
import type { ImportRecord } from '../import-record.js';
import { readFileText } from '../import-store.js';
import { compileMapping } from '../mapping/compile-mapping.js';
import type { CompiledMapping } from '../mapping/compiled-mapping.js';
import { KeyLedger } from '../mapping/key-ledger.js';
import { draftRow, HeaderIndex, type RowDraft } from '../mapping/row-draft.js';
import { addTotals, type ChunkResult, type ImportTotals } from './chunk-result.js';
import { chunksOf } from './chunks.js';
import { errorProblems } from './error-problems.js';
import { importChunk, RowsRefused } from './import-chunk.js';
import type { ChunkPorts } from './import-ports.js';
import { Overlap } from './overlap.js';
import { PlannedRecords, type PlannedSet } from './planned-records.js';
import { previewPorts } from './preview-ports.js';
import { keysOfSet, mayOverlap } from './set-keys.js';

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

/** Rows of the first set: what is wrong with all of them shows soon. A larger set that is refused is tried again in such. */
const smallSet = 500;
/** Rows written in one transaction from then on: more are hardly faster, and a process with sets of 5000 grows by 40 MB. */
const largeSet = 1000;

/** Rows worked out between two turns of the event loop: the process answers requests as well. */
const rowsAtOnce = 500;

/** One import under way: what it is, and how far it has come. */
export class ImportCourse {
  readonly mapping: CompiledMapping;
  private readonly planned: PlannedRecords;

  constructor(
    public record: ImportRecord,
    readonly run: ImportRun,
  ) {
    const { generation, baseCurrency } = run;
    this.mapping = compileMapping(record.mapping, { generation, header: record.header, baseCurrency });
    this.planned = new PlannedRecords((entity) => this.mapping.named.has(entity));
  }

  /** Goes through the file from its first row: keys of rows done before count when later ones repeat them. */
  async importRows(): Promise<void> {
    const overlaps = !this.record.isDryRun && mayOverlap(this.mapping);
    try {
      await this.importSets(overlaps);
    } catch (error) {
      // Two rows may mean one record that neither names by the same key: their sets wait for each other until one gives up.
      if (!overlaps || !isLockTimeout(error)) throw error;
      await this.importSets(false);
    }
  }

  private async importSets(overlaps: boolean): Promise<void> {
    const { header, delimiter, id, rowsDone } = this.record;
    const index = new HeaderIndex(header);
    const ledger = new KeyLedger();
    const sets = new Overlap();
    const text = readFileText(this.run.knex, id);
    const sizeOf = (position: number): number => (position === 0 ? smallSet : largeSet);
    let seen = 0;
    for await (const rows of chunksOf(text, { delimiter, columns: header.length }, sizeOf)) {
      const drafts: RowDraft[] = [];
      for (const row of rows) {
        drafts.push(draftRow(row, this.mapping, index, ledger));
        if (drafts.length % rowsAtOnce === 0) await nextTurn();
      }
      const waiting = drafts.slice(Math.max(0, rowsDone - seen));
      const keys = overlaps && seen > 0 ? keysOfSet(waiting) : null;
      seen += rows.length;
      if (waiting.length > 0) await sets.begin(keys, (turn) => this.importSet(waiting, { turn, refused: [] }));
    }
    await sets.end();
  }

  /** One step in a transaction of its own, which also stores how far the import has come, once it is its turn. */
  async step(
    rows: number,
    work: (ports: ChunkPorts, trx: Knex.Transaction) => Promise<ChunkResult>,
    turn: Promise<void> = Promise.resolve(),
  ): Promise<void> {
    this.run.signal.throwIfAborted();
    const planned = this.planned.openSet();
    const record = await this.run.transaction(this.record, async (trx, ports) => {
      const { problems, deferred, ...result } = await this.outcomeOf(work, { trx, ports, planned });
      await turn;
      const { id, rowsDone: from, totals: before } = this.record;
      const moved = { from, to: from + rows, totals: addTotals(before, result.totals) };
      await saveChunk(trx, id, { ...moved, problems, deferred });
      return { ...this.record, totals: moved.totals, rowsDone: moved.to };
    });
    planned.absorb();
    this.record = record;
    await this.run.progress(record);
  }

  private async outcomeOf(
    work: (ports: ChunkPorts, trx: Knex.Transaction) => Promise<ChunkResult>,
    {
      trx,
      ports,
      planned,
    }: { readonly trx: Knex.Transaction; readonly ports: ChunkPorts; readonly planned: PlannedSet },
  ): Promise<Pick<ChunkResult, 'problems' | 'deferred'> & { readonly totals: ImportTotals }> {
    const result = await work(this.record.isDryRun ? previewPorts(ports, planned) : ports, trx);
    return { problems: result.problems, deferred: result.deferred, totals: result.totals() };
  }

  /** A set that the record layer refuses is cut into smaller ones until the rows it means stand alone. */
  private async importSet(rows: readonly RowDraft[], { turn, refused }: SetTry): Promise<void> {
    try {
      await this.step(rows.length, (ports) => importChunk(rows, this.mapping, ports, refused), turn);
    } catch (error) {
      if (error instanceof RowsRefused) return this.importSet(rows, { turn, refused: error.problems });
      if (!isAboutRows(error)) throw error;
      const [only, other] = rows;
      if (only !== undefined && other === undefined)
        return this.importSet(rows, { turn, refused: errorProblems(error, only.line, this.mapping) });
      for (const part of cut(rows)) await this.importSet(part, { turn, refused });
    }
  }
}

/** A try to write a set. */
interface SetTry {
  /** Over when the sets before are committed. */
  readonly turn: Promise<void>;
  /** What earlier tries found out. */
  readonly refused: readonly ImportProblem[];
}

function cut(rows: readonly RowDraft[]): readonly (readonly RowDraft[])[] {
  const size = rows.length > smallSet ? smallSet : rows.length >> 1;
  const count = Math.ceil(rows.length / size);
  return Array.from({ length: count }, (_, index) => rows.slice(index * size, (index + 1) * size));
}
