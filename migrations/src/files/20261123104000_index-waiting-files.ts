import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/** Finds what somebody has uploaded and no record has held yet, of which there is a limit. */
export const indexWaitingFiles: Migration = {
  name: '20261123104000_index-waiting-files',
  phase: 'expand',
  async up({ sql }) {
    await sql('create index files_waiting on core.files (created_by) where used_at is null');
  },
  async down({ sql }) {
    await sql('drop index core.files_waiting');
  },
};
