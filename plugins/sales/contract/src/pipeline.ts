import { defineContract, type Id, type Money } from '@trellis-crm/sdk';

/** What is open with one account. */
export interface OpenPipeline {
  readonly count: number;
  /** Sum of the deals' amounts, one entry per currency. */
  readonly totals: readonly Money[];
}

/** Reads the pipeline with the rights of the consumer's actor. */
export interface PipelineReader {
  /** Open deals of an account; zero when there are none or the actor may see none. */
  openPipeline(accountId: Id): Promise<OpenPipeline>;
}

/** What other plugins may ask of sales. */
export const PipelineContract = defineContract<PipelineReader>()('sales.pipeline', '1.0.0', ['openPipeline']);
