import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * Change sets that can be taken back. Their id stands in `change_set` of audit rows and events. One that is worked off by a job has
 * its list in `change_set_rows` until it is through (`item`: a record, for an undo an audit row); `rows_done` moves in the
 * transaction that does the rows, so it goes on after a crash. `actor`: who did it, for whom it is undone. `counts`: records by verb
 * of the audit log.
 */
export const createChangeSets: Migration = {
  name: '20261123034500_create-change-sets',
  phase: 'expand',
  async up({ sql }) {
    await sql(`
      create table core.change_sets (
        id uuid primary key,
        kind text not null,
        entity text not null,
        input jsonb not null default '{}',
        actor jsonb not null,
        created_by uuid,
        state text not null check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
        row_count integer,
        rows_done integer not null default 0,
        counts jsonb not null default '{}',
        problem_count integer not null default 0,
        failure jsonb,
        undo_of uuid unique references core.change_sets (id) on delete cascade,
        created_at timestamptz(3) not null default now(),
        finished_at timestamptz(3)
      )`);
    await sql('create index change_sets_created_by on core.change_sets (created_by, id)');
    await sql(`
      create table core.change_set_rows (
        change_set_id uuid not null references core.change_sets (id) on delete cascade,
        position integer not null,
        item uuid not null,
        primary key (change_set_id, position)
      )`);
    await sql(`
      create table core.change_set_problems (
        change_set_id uuid not null references core.change_sets (id) on delete cascade,
        position bigint generated always as identity,
        entity text not null,
        record_id uuid not null,
        field text,
        code text not null,
        message text not null,
        primary key (change_set_id, position)
      )`);
  },
  async down({ sql }) {
    await sql('drop table core.change_set_problems');
    await sql('drop table core.change_set_rows');
    await sql('drop table core.change_sets');
  },
};
