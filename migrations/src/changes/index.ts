import type { Migration } from '@trellis-crm/sdk/migrations/v1';
import { createChangeSets } from './20261123034500_create-change-sets.js';

/** Tables of change sets, oldest first. */
export const changeMigrations: readonly Migration[] = [createChangeSets];
