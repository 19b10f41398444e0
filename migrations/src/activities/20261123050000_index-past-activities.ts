import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/** Tables of links with the index that the first form of timelines read. */
const tables = {
  activity_links: 'activity_links_entity_record_id_occurred_at_activity_i_4ac034c3',
  activity_participants: 'activity_participants_entity_record_id_occurred_at_act_5bde4ad8',
} as const;

/** What happened with a record is read from the index alone: what is still planned does not stand in it. */
export const indexPastActivities: Migration = {
  name: '20261123050000_index-past-activities',
  phase: 'index',
  async up({ schema, sql }) {
    for (const [table, before] of Object.entries(tables)) {
      await schema.alterTable(table, (editor) =>
        editor.index(['entity', 'record_id', 'occurred_at desc', 'activity_id desc'], {
          name: `${table}_past`,
          where: '(due_at is null or done_at is not null)',
          include: ['kind'],
        }),
      );
      await sql(`drop index concurrently if exists core.${before}`);
    }
  },
  async down({ sql }) {
    for (const [table, before] of Object.entries(tables)) {
      const columns = 'entity, record_id, occurred_at desc, activity_id desc';
      await sql(`create index ${before} on core.${table} (${columns}) include (kind)`);
      await sql(`drop index core.${table}_past`);
    }
  },
};
