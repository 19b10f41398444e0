import type { Migration } from '@trellis-crm/sdk/migrations/v1';
import { createActivities } from './20261123035000_create-activities.js';

/** Activities and what is shown with them. */
export const activityMigrations: readonly Migration[] = [createActivities];
