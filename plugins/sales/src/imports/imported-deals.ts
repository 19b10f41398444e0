import { field, type Context, type ImportedRow, type ImportRow, type ImportTransform } from '@trellis-crm/sdk';
import { Deal } from '../deals/deal.entity.js';
import { loadPipeline, type StageRecord } from '../pipelines/pipeline-stages.js';

/** Imports name the stage in words; status and closing date follow from it. Stages are those of the default pipeline. */
export const importedDeals: ImportTransform = {
  entity: Deal,
  fields: { stageName: field.text({ required: true, max: 120 }), closedOn: field.date() },
  async apply(ctx: Context, rows: readonly ImportRow[]): Promise<readonly ImportedRow[]> {
    const { stages } = await loadPipeline(ctx);
    const byName = new Map(stages.map((stage) => [stage.name.toLowerCase(), stage]));
    return rows.map((row) => placed(row, byName));
  },
};

function placed(row: ImportRow, stages: ReadonlyMap<string, StageRecord>): ImportedRow {
  const { stageName, closedOn, ...values } = row;
  if (typeof stageName !== 'string') return { values };
  const stage = stages.get(stageName.trim().toLowerCase());
  if (stage === undefined) {
    const known = [...stages.values()].map(({ name }) => name).join(', ');
    return {
      refused: [{ field: 'stageName', code: 'unknown_stage', message: `No stage "${stageName}". Stages: ${known}` }],
    };
  }
  const closed = stage.outcome === 'open' ? null : (closedOn ?? null);
  return { values: { ...values, stage: stage.id, status: stage.outcome, closedOn: closed } };
}
