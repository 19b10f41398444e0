import { NotFoundError, type Context, type Id, type RecordOf } from '@trellis-crm/sdk';
import { Pipeline } from './pipeline.entity.js';
import { Stage } from './stage.entity.js';

/** A stage as the record layer returns it. */
export type StageRecord = RecordOf<typeof Stage>;

/** A pipeline with its stages from left to right. */
export interface PipelineWithStages {
  readonly pipeline: RecordOf<typeof Pipeline>;
  readonly stages: readonly StageRecord[];
}

/**
 * One pipeline with its stages, the first by position unless one is asked for.
 * @throws NotFoundError `pipeline_not_found`
 */
export async function loadPipeline(ctx: Context, pipelineId?: Id): Promise<PipelineWithStages> {
  const wanted = pipelineId === undefined ? {} : { id: pipelineId };
  const pipeline = await ctx.query(Pipeline).where(wanted).sort('position').first();
  if (pipeline === null) throw new NotFoundError('pipeline_not_found');
  const stages = await ctx.query(Stage).where({ pipeline: pipeline.id }).sort('position').limit(100);
  return { pipeline, stages };
}

/** The stage of the same pipeline in which a deal with this outcome ends. */
export function closingStage(stages: readonly StageRecord[], outcome: 'won' | 'lost'): StageRecord | undefined {
  return stages.find((stage) => stage.outcome === outcome);
}
