import { ConflictError, type Context, type Id, type RecordOf, type TransactionContext } from '@trellis-crm/sdk';
import { DealLost, DealWon } from '@trellis-crm/sales-contract';
import { closingStage, loadPipeline, type StageRecord } from '../pipelines/pipeline-stages.js';
import { Stage } from '../pipelines/stage.entity.js';
import { Deal } from './deal.entity.js';
import type { Closure } from './deal.schemas.js';

/** A deal as the record layer returns it. */
export type DealRecord = RecordOf<typeof Deal>;

/** Closes an open deal into the closing stage of its pipeline. @throws NotFoundError, ForbiddenError, ConflictError `deal_already_closed` · `no_closing_stage` */
export function closeDeal(ctx: Context, dealId: Id, closure: Closure): Promise<DealRecord> {
  return ctx.tx(async (tx) => {
    const deal = await tx.records(Deal).get(dealId, { lock: true });
    tx.authorize(closing, deal);
    if (deal.status !== 'open') throw new ConflictError('deal_already_closed', { dealId });
    const stage = await closingStageOf(tx, deal, closure.outcome);
    return settle(tx, deal, stage, closure);
  });
}

/** Takes a closed deal back to an open stage: the one given, or the first of its pipeline. @throws ConflictError `deal_not_closed` */
export function reopenDeal(ctx: Context, dealId: Id, stageId?: Id): Promise<DealRecord> {
  return ctx.tx(async (tx) => {
    const deal = await tx.records(Deal).get(dealId, { lock: true });
    tx.authorize(closing, deal);
    if (deal.status === 'open') throw new ConflictError('deal_not_closed', { dealId });
    const { stages } = await pipelineOf(tx, deal.stage);
    const stage = stages.find(
      (candidate) => candidate.outcome === 'open' && (stageId === undefined || candidate.id === stageId),
    );
    if (stage === undefined) throw new ConflictError('no_open_stage', { dealId });
    return tx
      .elevated()
      .records(Deal)
      .update(dealId, { stage: stage.id, status: 'open', closedOn: null, lostReason: null });
  });
}

/** Moves a deal to any stage, as the board does: closing and reopening it when the stage's outcome says so. */
export function moveDeal(ctx: Context, dealId: Id, stageId: Id): Promise<DealRecord> {
  return ctx.tx(async (tx) => {
    const deal = await tx.records(Deal).get(dealId, { lock: true });
    const stage = await tx.records(Stage).get(stageId);
    if (stage.id === deal.stage) return deal;
    if (deal.status === 'open' && stage.outcome === 'open') return tx.records(Deal).update(dealId, { stage: stage.id });
    if (stage.outcome === 'open') return reopenDeal(tx, dealId, stage.id);
    tx.authorize(closing, deal);
    return settle(tx, deal, stage, { outcome: stage.outcome });
  });
}

/** Right to decide a deal and to take the decision back. */
const closing = 'sales.deal:close';

async function settle(
  tx: TransactionContext,
  deal: DealRecord,
  stage: StageRecord,
  closure: Closure,
): Promise<DealRecord> {
  const closedOn = closure.closedOn ?? today(tx);
  const lostReason = closure.outcome === 'lost' ? (closure.lostReason ?? null) : null;
  const patch = { stage: stage.id, status: closure.outcome, closedOn, lostReason };
  const closed = await tx.elevated().records(Deal).update(deal.id, patch);
  await tx.emit(closure.outcome === 'won' ? DealWon : DealLost, { dealId: deal.id, accountId: deal.account });
  return closed;
}

async function closingStageOf(tx: TransactionContext, deal: DealRecord, outcome: 'won' | 'lost'): Promise<StageRecord> {
  const { stages } = await pipelineOf(tx, deal.stage);
  const stage = closingStage(stages, outcome);
  if (stage === undefined) throw new ConflictError('no_closing_stage', { outcome });
  return stage;
}

async function pipelineOf(tx: TransactionContext, stageId: Id) {
  const stage = await tx.records(Stage).get(stageId);
  return loadPipeline(tx, stage.pipeline);
}

function today(ctx: Context): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: ctx.workspace.timeZone }).format(ctx.clock.now());
}
