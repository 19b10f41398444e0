import type { Migration } from '@trellis-crm/sdk/migrations/v1';
import { createExports } from './20261123041500_create-exports.js';
import { createExportPages } from './20261123074800_create-export-pages.js';
import { dropExportRows } from './20261123074900_drop-export-rows.js';
import { noteLivingExports } from './20261123110500_note-living-exports.js';

/** Tables of exports, oldest first. */
export const exportMigrations: readonly Migration[] = [
  createExports,
  createExportPages,
  dropExportRows,
  noteLivingExports,
];
