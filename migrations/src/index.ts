import type { Migration } from '@trellis-crm/sdk/migrations/v1';
import { activityMigrations } from './activities/index.js';
import { authMigrations } from './auth/index.js';
import { changeMigrations } from './changes/index.js';
import { eventMigrations } from './events/index.js';
import { exceptionMigrations } from './exceptions/index.js';
import { exportMigrations } from './exports/index.js';
import { fileMigrations } from './files/index.js';
import { formMigrations } from './forms/index.js';
import { importMigrations } from './imports/index.js';
import { jobMigrations } from './jobs/index.js';
import { kernelMigrations } from './kernel/index.js';
import { mailMigrations } from './mail/index.js';
import { notificationMigrations } from './notifications/index.js';
import { operationsMigrations } from './operations/index.js';
import { recordMigrations } from './records/index.js';
import { settingsMigrations } from './settings/index.js';
import { tagMigrations } from './tags/index.js';
import { viewMigrations } from './views/index.js';
import { webhookMigrations } from './webhooks/index.js';

/** Migrations of the core tables in the order of their dates: one list per room. Each stands in a file of its own name. */
export const coreMigrations: readonly Migration[] = [
  ...kernelMigrations,
  ...recordMigrations,
  ...authMigrations,
  ...eventMigrations,
  ...jobMigrations,
  ...importMigrations,
  ...exportMigrations,
  ...changeMigrations,
  ...exceptionMigrations,
  ...settingsMigrations,
  ...operationsMigrations,
  ...tagMigrations,
  ...viewMigrations,
  ...activityMigrations,
  ...mailMigrations,
  ...webhookMigrations,
  ...notificationMigrations,
  ...fileMigrations,
  ...formMigrations,
].sort((left, right) => (left.name < right.name ? -1 : 1));
