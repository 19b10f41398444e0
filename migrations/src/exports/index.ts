import type { Migration } from '@trellis-crm/sdk/migrations/v1';
import { createExports } from './20261123041500_create-exports.js';

/** Tables of exports, oldest first. */
export const exportMigrations: readonly Migration[] = [createExports];
