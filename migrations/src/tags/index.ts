import type { Migration } from '@trellis-crm/sdk/migrations/v1';
import { createTags } from './20261123052500_create-tags.js';

/** Tags and the records that have them. */
export const tagMigrations: readonly Migration[] = [createTags];
