import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * Tells all processes when somebody's access changed, whichever way the row was written, and keeps the last active admin.
 * These writes are rare, so the lock that a NOTIFY holds through its commit costs nothing; last_seen_at and such do not tell.
 */
export const createAccessSignals: Migration = {
  name: '20260103000200_create-access-signals',
  phase: 'expand',
  async up(step) {
    await step.sql(`
      create function core.tell_access_changed() returns trigger language plpgsql as $$
      begin
        perform pg_notify('trellis_auth', '');
        return null;
      end $$`);
    for (const [table, occasions] of told) {
      await step.sql(`
        create trigger tell_access_changed after ${occasions} on core.${table}
        for each statement execute function core.tell_access_changed()`);
    }
    await step.sql(`
      create function core.keep_last_admin() returns trigger language plpgsql as $$
      begin
        -- Two admins who remove each other at once wait here, and the second one sees what the first one did.
        perform pg_advisory_xact_lock(hashtext('core.users_last_admin'));
        if not exists (select from core.users where role = 'admin' and status = 'active' and deleted_at is null) then
          raise exception 'the last active admin has to stay'
            using errcode = 'check_violation', schema = 'core', table = 'users', constraint = 'users_last_admin';
        end if;
        return null;
      end $$`);
    await step.sql(`
      create trigger keep_last_admin_on_change after update of role, status, deleted_at on core.users
      for each row when (
        old.role = 'admin' and old.status = 'active' and old.deleted_at is null
        and (new.role <> 'admin' or new.status <> 'active' or new.deleted_at is not null)
      ) execute function core.keep_last_admin()`);
    await step.sql(`
      create trigger keep_last_admin_on_removal after delete on core.users
      for each row when (old.role = 'admin' and old.status = 'active' and old.deleted_at is null)
      execute function core.keep_last_admin()`);
  },
  async down(step) {
    await step.sql('drop trigger keep_last_admin_on_removal on core.users');
    await step.sql('drop trigger keep_last_admin_on_change on core.users');
    await step.sql('drop function core.keep_last_admin()');
    for (const [table] of told) await step.sql(`drop trigger tell_access_changed on core.${table}`);
    await step.sql('drop function core.tell_access_changed()');
  },
};

/** Tables that decide on access, and the changes that matter. A new user, session or token takes nothing from anybody. */
const told: readonly (readonly [string, string])[] = [
  ['users', 'delete or update of name, role, status, team_id, locale, time_zone, deleted_at'],
  ['teams', 'delete or update of parent_id, deleted_at'],
  ['team_managers', 'insert or delete or update'],
  ['sessions', 'delete'],
  ['api_tokens', 'delete'],
  ['roles', 'insert or delete or update'],
  ['role_grants', 'insert or delete or update'],
];
