import { ConflictError, type GuardedChange, type RecordOf, type TransactionContext } from '@trellis-crm/sdk';
import { Stage } from '../pipelines/stage.entity.js';
import type { Deal } from './deal.entity.js';

type Change = GuardedChange<typeof Deal>;

/** A deal's status always is its stage's outcome: closing goes through the closure, not through a change of stage. @throws ConflictError `stage_needs_closure` */
export async function requireStageOutcome(tx: TransactionContext, changes: readonly Change[]): Promise<void> {
  const moved = changes.filter(isMoved).flatMap(({ after }) => after ?? []);
  if (moved.length === 0) return;
  const stages = await tx.records(Stage).getMany([...new Set(moved.map(({ stage }) => stage))]);
  const outcomes = new Map(stages.map(({ id, outcome }) => [id, outcome]));
  const wrong = moved.find(({ stage, status }) => outcomes.get(stage) !== status);
  if (wrong !== undefined) throw needsClosure(tx, wrong);
}

function isMoved({ before, after }: Change): boolean {
  return before?.stage !== after?.stage || before?.status !== after?.status;
}

function needsClosure(tx: TransactionContext, { stage }: RecordOf<typeof Deal>): ConflictError {
  return new ConflictError('stage_needs_closure', { stage }, { message: tx.t('problem.stage_needs_closure') });
}
