import type { TransactionContext } from '@trellis-crm/sdk';
import { Pipeline } from './pipeline.entity.js';
import { Stage } from './stage.entity.js';

const firstStages = [
  { name: 'Prospecting', outcome: 'open', probability: 10 },
  { name: 'Engaging', outcome: 'open', probability: 30 },
  { name: 'Proposal', outcome: 'open', probability: 50 },
  { name: 'Negotiation', outcome: 'open', probability: 75 },
  { name: 'Won', outcome: 'won', probability: 100 },
  { name: 'Lost', outcome: 'lost', probability: 0 },
] as const;

/** The pipeline a workspace starts with; an admin renames, reorders and adds stages. */
export async function seedPipeline(tx: TransactionContext): Promise<void> {
  const pipeline = await tx.records(Pipeline).create({ name: tx.t('pipeline.seed.name'), position: 1 });
  await tx
    .records(Stage)
    .createMany(firstStages.map((stage, index) => ({ ...stage, pipeline: pipeline.id, position: index + 1 })));
}
