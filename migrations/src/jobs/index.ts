import type { Migration } from '@trellis-crm/sdk/migrations/v1';
import { createJobs } from './20260104090200_create-jobs.js';

/** Tables of jobs, oldest first. */
export const jobMigrations: readonly Migration[] = [createJobs];
