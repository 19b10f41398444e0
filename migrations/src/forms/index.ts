import type { Migration } from '@trellis-crm/sdk/migrations/v1';
import { createForms } from './20261123043800_create-forms.js';

/** Tables of web forms. */
export const formMigrations: readonly Migration[] = [createForms];
