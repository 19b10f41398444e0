import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/** What the latest evaluation of each rule found: how many exceptions are `open`, or by `failure`, a code, why nobody knows. */
export const createExceptionEvaluations: Migration = {
  name: '20261123112600_create-exception-evaluations',
  phase: 'expand',
  async up({ sql }) {
    await sql(`
      create table core.exception_evaluations (
        rule text primary key,
        evaluated_at timestamptz(3) not null,
        open integer not null,
        failure text
      )`);
  },
  async down({ sql }) {
    await sql('drop table core.exception_evaluations');
  },
};
