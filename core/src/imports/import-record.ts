import type { Id } from '@trellis-crm/sdk';
import type { Delimiter } from './csv/delimiter.js';
import type { ImportTotals } from './engine/chunk-result.js';
import type { ImportMapping } from './mapping/mapping.js';

/** One import as it is stored: what it reads, how far it is, what it came to. */
export interface ImportRecord {
  readonly id: Id;
  /** Entity it is mainly about: the one its last place makes. */
  readonly entity: string;
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly delimiter: Delimiter;
  readonly header: readonly string[];
  readonly mapping: ImportMapping;
  readonly isDryRun: boolean;
  /** `failed`: the file as a whole could not be imported any further; `failure` says why. */
  readonly state: ImportState;
  /** Rows of the file below its header. */
  readonly rowCount: number;
  /** Rows whose outcome is committed. */
  readonly rowsDone: number;
  readonly totals: ImportTotals;
  readonly failure: ImportFailure | null;
  /** Who imports, for the job that runs later. */
  readonly actor: ImportActor;
  /** Joins all its writes, in the audit log too. */
  readonly changeSetId: Id;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** How far an import is. */
export type ImportState = 'queued' | 'running' | 'done' | 'failed';

/** Why an import stopped. */
export interface ImportFailure {
  readonly code: string;
  readonly message: string;
}

/** Who imports: a user by id, narrowed to the scopes of the token that was used (null: none), or the operator of the command line. */
export type ImportActor =
  | { readonly kind: 'user'; readonly userId: Id; readonly scopes: readonly string[] | null }
  | { readonly kind: 'operator' };
