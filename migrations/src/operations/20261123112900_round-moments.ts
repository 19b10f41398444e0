import type { Migration } from '@trellis-crm/sdk/migrations/v1';

const columns = [
  ['core.calendar_feeds', 'created_at'],
  ['core.exports', 'alive_at'],
] as const;

/** Moments are kept to the millisecond (ADR 7); two columns were finer. Their tables have a row per user, and per export. */
export const roundMoments: Migration = {
  name: '20261123112900_round-moments',
  phase: 'expand',
  async up({ sql }) {
    for (const [table, column] of columns) await sql(`alter table ${table} alter column ${column} type timestamptz(3)`);
  },
  async down({ sql }) {
    for (const [table, column] of columns) await sql(`alter table ${table} alter column ${column} type timestamptz`);
  },
};
