import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * Facts about the workspace in one row, `values` as checked by the settings schema; dated exchange rates ("1 unit of
 * `currency` is `rate` of the base currency from `valid_from` on"); and the hash of the one-time code of the first set-up.
 */
export const createWorkspaceSettings: Migration = {
  name: '20260106000000_create-workspace-settings',
  phase: 'expand',
  async up(step) {
    await step.sql(`
      create table core.workspace_settings (
        id boolean primary key default true check (id),
        version integer not null default 1,
        values jsonb not null,
        updated_at timestamptz(3) not null,
        updated_by uuid
      )`);
    await step.sql(`
      create table core.exchange_rates (
        currency text not null check (currency ~ '^[A-Z]{3}$'),
        valid_from date not null,
        rate numeric(24, 12) not null check (rate > 0),
        primary key (currency, valid_from)
      )`);
    await step.sql(`
      create table core.setup_codes (
        id boolean primary key default true check (id),
        code_hash bytea not null,
        created_at timestamptz(3) not null
      )`);
    await step.sql(`
      create function core.tell_settings_changed() returns trigger language plpgsql as $$
      begin
        perform pg_notify('trellis_settings', '');
        return null;
      end $$`);
    await step.sql(`
      create trigger tell_settings_changed after insert or update or delete on core.workspace_settings
      for each statement execute function core.tell_settings_changed()`);
  },
  async down(step) {
    await step.sql('drop table core.setup_codes');
    await step.sql('drop table core.exchange_rates');
    await step.sql('drop table core.workspace_settings');
    await step.sql('drop function core.tell_settings_changed()');
  },
};
