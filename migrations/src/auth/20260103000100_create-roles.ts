import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * Roles an admin added (the presets are code), and where grants differ from what the modules declare. A null reach takes a
 * right away that the preset would give; a permission without a row follows the declaration, also that of a later version.
 */
export const createRoles: Migration = {
  name: '20260103000100_create-roles',
  phase: 'expand',
  async up(step) {
    await step.sql(`
      create table core.roles (
        key text primary key check (key ~ '^[a-z][a-z0-9-]{1,39}$'),
        name text not null,
        base text not null check (base in ('manager', 'user', 'read-only')),
        created_at timestamptz(3) not null
      )`);
    await step.sql(`
      create table core.role_grants (
        role_key text not null,
        permission text not null,
        reach text check (reach in ('own', 'team', 'subtree', 'all')),
        primary key (role_key, permission)
      )`);
  },
  async down(step) {
    await step.sql('drop table core.role_grants');
    await step.sql('drop table core.roles');
  },
};
