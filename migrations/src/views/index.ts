import type { Migration } from '@trellis-crm/sdk/migrations/v1';
import { createViews } from './20261123040000_create-views.js';

/** Tables of saved views. */
export const viewMigrations: readonly Migration[] = [createViews];
