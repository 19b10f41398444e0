import type { Context, Id, Money, RecordOf } from '@trellis-crm/sdk';
import { Deal } from '../deals/deal.entity.js';
import { Pipeline } from '../pipelines/pipeline.entity.js';
import { loadPipeline, type StageRecord } from '../pipelines/pipeline-stages.js';
import { moneySum } from '../money.js';

/** Cards per lane; the rest is one link away. */
export const cardsPerLane = 30;

/** One stage with its newest deals, and how many and how much there is in all. */
export interface Lane {
  readonly stage: StageRecord;
  readonly deals: readonly RecordOf<typeof Deal>[];
  readonly count: number;
  readonly totals: readonly Money[];
}

/** What the board shows. */
export interface Board {
  readonly pipeline: RecordOf<typeof Pipeline>;
  readonly pipelines: readonly RecordOf<typeof Pipeline>[];
  readonly lanes: readonly Lane[];
}

/** One query per lane for its cards (a pipeline has a handful of stages) and one for all counts and sums. */
export async function loadBoard(ctx: Context, pipelineId?: Id): Promise<Board> {
  const { pipeline, stages } = await loadPipeline(ctx, pipelineId);
  const [pipelines, totals, lanes] = await Promise.all([
    ctx.query(Pipeline).sort('position').limit(50),
    loadTotals(ctx, stages),
    Promise.all(stages.map((stage) => loadCards(ctx, stage.id))),
  ]);
  return {
    pipeline,
    pipelines,
    lanes: stages.map((stage, index) => ({
      stage,
      deals: lanes[index] ?? [],
      count: totals.get(stage.id)?.count ?? 0,
      totals: totals.get(stage.id)?.totals ?? [],
    })),
  };
}

function loadCards(ctx: Context, stageId: Id): Promise<readonly RecordOf<typeof Deal>[]> {
  return Promise.resolve(
    ctx.query(Deal).where({ stage: stageId }).sort('-updatedAt').limit(cardsPerLane).include('account', 'owner'),
  );
}

async function loadTotals(ctx: Context, stages: readonly StageRecord[]) {
  const groups = await ctx
    .query(Deal)
    .where({ stage: { in: stages.map(({ id }) => id) } })
    .group(['stage'], { sum: ['amount'] });
  const totals = new Map<unknown, { count: number; totals: Money[] }>();
  for (const group of groups) {
    const entry = totals.get(group.key['stage']) ?? { count: 0, totals: [] };
    const sum = moneySum(group, 'amount');
    totals.set(group.key['stage'], {
      count: entry.count + group.count,
      totals: sum === null ? entry.totals : [...entry.totals, sum],
    });
  }
  return totals;
}
