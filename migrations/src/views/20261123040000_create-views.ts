import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * Saved views of lists, and which of them people and roles see first. `state` holds `{ layout, where, sort, columns }`; `team_id` is the
 * team a view is shared with. All processes hear of a change: each page of a list shows its views, which are kept in memory.
 */
export const createViews: Migration = {
  name: '20261123040000_create-views',
  phase: 'expand',
  async up(step) {
    await step.sql(`
      create table core.views (
        id uuid primary key,
        entity text not null,
        name text not null,
        owner_id uuid not null references core.users (id) on delete cascade,
        visibility text not null check (visibility in ('private', 'team', 'everyone')),
        team_id uuid references core.teams (id) on delete set null,
        state jsonb not null,
        version integer not null default 1,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        deleted_at timestamptz(3)
      )`);
    await step.sql('create index views_owner on core.views (owner_id, entity)');
    await step.sql(`create index views_shared on core.views (entity) where visibility <> 'private'`);
    await step.sql('create index views_team on core.views (team_id) where team_id is not null');
    await step.sql(`
      create table core.view_defaults (
        entity text not null,
        user_id uuid references core.users (id) on delete cascade,
        role_key text,
        view_id uuid not null references core.views (id) on delete cascade,
        check (num_nonnulls(user_id, role_key) = 1),
        unique (entity, user_id),
        unique (entity, role_key)
      )`);
    await step.sql('create index view_defaults_view on core.view_defaults (view_id)');
    await step.sql('create index view_defaults_user on core.view_defaults (user_id) where user_id is not null');
    await step.sql(`
      create function core.tell_views_changed() returns trigger language plpgsql as $$
      begin
        perform pg_notify('trellis_views', '');
        return null;
      end $$`);
    for (const table of tables) {
      await step.sql(`
        create trigger tell_views_changed after insert or update or delete on core.${table}
        for each statement execute function core.tell_views_changed()`);
    }
  },
  async down(step) {
    await step.sql('drop table core.view_defaults');
    await step.sql('drop table core.views');
    await step.sql('drop function core.tell_views_changed()');
  },
};

const tables = ['views', 'view_defaults'] as const;
