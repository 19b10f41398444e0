import { ConflictError, type GuardedChange, type TransactionContext } from '@trellis-crm/sdk';
import { Stage } from '../pipelines/stage.entity.js';
import type { Deal } from './deal.entity.js';

/** A deal's status always is its stage's outcome: closing goes through the closure, not through a change of stage. @throws ConflictError `stage_needs_closure` */
export async function requireStageOutcome(
  tx: TransactionContext,
  { before, after }: GuardedChange<typeof Deal>,
): Promise<void> {
  if (after === null) return;
  if (before !== null && before.stage === after.stage && before.status === after.status) return;
  const stage = await tx.records(Stage).get(after.stage);
  if (stage.outcome === after.status) return;
  throw new ConflictError(
    'stage_needs_closure',
    { stage: stage.id, outcome: stage.outcome },
    { message: tx.t('deals.errors.stageNeedsClosure') },
  );
}
