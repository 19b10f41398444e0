import { defineEntity, field } from '@trellis-crm/sdk';
import { Pipeline } from './pipeline.entity.js';

/** One step of a pipeline. A deal in a stage with outcome `won` or `lost` is closed. */
export const Stage = defineEntity('sales.stage', {
  plural: 'stages',
  fields: {
    name: field.text({ required: true, max: 120 }),
    pipeline: field.ref(Pipeline, { onDelete: 'cascade', required: true }),
    /** Place in the pipeline, from left to right. */
    position: field.integer({ required: true, min: 1, index: true }),
    outcome: field.choice(['open', 'won', 'lost'], { default: 'open' }),
    /** Chance that a deal in this stage is won, for the forecast. */
    probability: field.percent({ min: 0, max: 100 }),
  },
  title: 'name',
  icon: 'columns-3',
  menu: false,
  grants: {
    read: { manager: 'all', user: 'all', 'read-only': 'all' },
    create: {},
    update: {},
    delete: {},
    import: {},
  },
  views: { list: ['name', 'pipeline', 'position', 'outcome', 'probability'] },
});
