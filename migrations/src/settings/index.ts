import type { Migration } from '@trellis-crm/sdk/migrations/v1';
import { createWorkspaceSettings } from './20260106000000_create-workspace-settings.js';
import { noteWhoShowsSetupCode } from './20261123014000_note-who-shows-setup-code.js';

/** Tables of the workspace's own facts and of its first set-up. */
export const settingsMigrations: readonly Migration[] = [createWorkspaceSettings, noteWhoShowsSetupCode];
