import type { Migration } from '@trellis-crm/sdk/migrations/v1';
import { createFiles } from './20261123073000_create-files.js';
import { indexWaitingFiles } from './20261123104000_index-waiting-files.js';

/** Files that people keep with records. */
export const fileMigrations: readonly Migration[] = [createFiles, indexWaitingFiles];
