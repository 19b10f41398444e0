import type { Migration } from '@trellis-crm/sdk/migrations/v1';
import { createExceptions } from './20261123041500_create-exceptions.js';

/** Tables of rules by exception, oldest first. */
export const exceptionMigrations: readonly Migration[] = [createExceptions];
