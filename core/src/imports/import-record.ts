import type { Id } from '@trellis-crm/sdk';
import type { StoredActor } from '../auth/index.js';
import type { Delimiter } from './csv/delimiter.js';
import type { ImportTotals } from './engine/chunk-result.js';
import type { FileFormat } from './files/file-kind.js';
import type { ImportMapping } from './mapping/mapping.js';
import type { ImportPlan } from './plan/import-plan.js';

/** One import as it is stored: what it reads, how far it is, what it came to. */
export interface ImportRecord {
  readonly id: Id;
  /** Entity it is mainly about: the one its last place makes. */
  readonly entity: string;
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly format: FileFormat;
  /** Of the file as it came; what is kept of it is UTF-8. */
  readonly encoding: string;
  /** The sheet that was read, of a spreadsheet. */
  readonly sheet: string | null;
  readonly delimiter: Delimiter;
  readonly header: readonly string[];
  readonly mapping: ImportMapping;
  /** What somebody chose column by column; null when a mapping was given. */
  readonly plan: ImportPlan | null;
  readonly isDryRun: boolean;
  /**
   * `draft`: its plan is being made; `failed`: the file as a whole could not be imported any further, `failure` says why; `cancelled`:
   * somebody stopped it. What is committed stays in both.
   */
  readonly state: ImportState;
  /** Rows of the file below its header. */
  readonly rowCount: number;
  /** Rows whose outcome is committed. */
  readonly rowsDone: number;
  readonly totals: ImportTotals;
  readonly failure: ImportFailure | null;
  /** Who imports, for the job that runs later. */
  readonly actor: StoredActor;
  /** Joins all its writes, in the audit log too. */
  readonly changeSetId: Id;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** How far an import is. */
export type ImportState = 'draft' | 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

/** Whether an import has ended, however. */
export function isImportOver({ state }: Pick<ImportRecord, 'state'>): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

/** How an import ended. */
export interface ImportEnd {
  readonly state: 'done' | 'failed' | 'cancelled';
  readonly failure: ImportFailure | null;
}

/** Why an import stopped. */
export interface ImportFailure {
  readonly code: string;
  readonly message: string;
}
