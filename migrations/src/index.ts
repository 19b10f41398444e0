import type { Migration } from '@trellis-crm/sdk/migrations/v1';
import { eventMigrations } from './events/index.js';
import { jobMigrations } from './jobs/index.js';

/** Migrations of the core tables in the order they run: one list per room, in the order of their dates. */
export const coreMigrations: readonly Migration[] = [...eventMigrations, ...jobMigrations];
