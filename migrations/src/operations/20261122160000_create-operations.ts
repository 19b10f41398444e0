import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * What those who run an installation need: whether it is a copy that must not act on the world outside yet (one row, or
 * none), and what each process last said about itself.
 */
export const createOperations: Migration = {
  name: '20261122160000_create-operations',
  phase: 'expand',
  async up({ sql }) {
    await sql(`
      create table core.holds (
        id boolean primary key default true check (id),
        since timestamptz(3) not null,
        reason text not null
      )`);
    await sql(`
      create function core.tell_hold_changed() returns trigger language plpgsql as $$
      begin
        perform pg_notify('trellis_hold', '');
        return null;
      end $$`);
    await sql(`
      create trigger tell_hold_changed after insert or update or delete on core.holds
      for each statement execute function core.tell_hold_changed()`);
    await sql(`
      create table core.process_reports (
        process_id uuid primary key references core.processes (id) on delete cascade,
        reported_at timestamptz(3) not null,
        report jsonb not null
      )`);
  },
  async down({ sql }) {
    await sql('drop table core.process_reports');
    await sql('drop table core.holds');
    await sql('drop function core.tell_hold_changed()');
  },
};
