import type { Id } from '@trellis-crm/sdk';
import type { StoredActor } from '../auth/index.js';

/** Many changes that count as one: what an import, a merge, a bulk change or an undo did. Its id joins them in the audit log. */
export interface ChangeSet {
  readonly id: Id;
  /** What made it: `import`, `merge`, `undo`, `bulk-update` … */
  readonly kind: string;
  /** Entity it is mainly about. */
  readonly entity: string;
  /** What was asked for; its shape belongs to the kind. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly actor: StoredActor;
  readonly state: ChangeSetState;
  /** Rows to work off; null when that is not known yet, or when no job works them off. */
  readonly rowCount: number | null;
  /** Rows whose outcome is committed. */
  readonly rowsDone: number;
  /** Records by verb of the audit log, once it is through. */
  readonly counts: Readonly<Record<string, number>>;
  readonly problemCount: number;
  readonly failure: ChangeSetFailure | null;
  /** The change set that this one takes back. */
  readonly undoOf: Id | null;
  /** The one that takes this one back. */
  readonly undo: { readonly id: Id; readonly state: ChangeSetState } | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

/** How far it is. `failed`: a job gave it up; `cancelled`: somebody stopped it. What is committed stays in both. */
export type ChangeSetState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

/** Why a change set stopped. */
export interface ChangeSetFailure {
  readonly code: string;
  readonly message: string;
}

/** A record that was left as it is, or a field of it. */
export interface ChangeSetProblem {
  readonly entity: string;
  readonly recordId: Id;
  /** Path; null when it concerns the record as a whole. */
  readonly field: string | null;
  /** Stable snake_case word. */
  readonly code: string;
  readonly message: string;
}

/** Whether a change set is over, so that it can be taken back. */
export function isOver({ state }: Pick<ChangeSet, 'state'>): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}
