import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/** A dead letter that somebody drops is done, and noted as dropped, so that it can be taken back. Null: not dropped. */
export const noteDroppedDeliveries: Migration = {
  name: '20261123013000_note-dropped-deliveries',
  phase: 'expand',
  async up(step) {
    await step.sql('alter table core.deliveries add column dropped_at timestamptz(3)');
  },
  async down(step) {
    await step.sql('alter table core.deliveries drop column dropped_at');
  },
};
