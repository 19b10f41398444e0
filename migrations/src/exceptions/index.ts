import type { Migration } from '@trellis-crm/sdk/migrations/v1';
import { createExceptions } from './20261123041500_create-exceptions.js';
import { createExceptionEvaluations } from './20261123112600_create-exception-evaluations.js';

/** Tables of rules by exception, oldest first. */
export const exceptionMigrations: readonly Migration[] = [createExceptions, createExceptionEvaluations];
