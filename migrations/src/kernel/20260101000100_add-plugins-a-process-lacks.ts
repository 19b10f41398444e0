import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/** What each process cannot run: a plugin rests only when it runs nowhere. */
export const addPluginsAProcessLacks: Migration = {
  name: '20260101000100_add-plugins-a-process-lacks',
  phase: 'expand',
  async up({ sql }) {
    await sql(`alter table core.processes add column lacks text[] not null default '{}'`);
  },
  async down({ sql }) {
    await sql('alter table core.processes drop column lacks');
  },
};
