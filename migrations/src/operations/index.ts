import type { Migration } from '@trellis-crm/sdk/migrations/v1';
import { createOperations } from './20261122160000_create-operations.js';
import { roundMoments } from './20261123112900_round-moments.js';

/** Tables of those who run an installation. */
export const operationsMigrations: readonly Migration[] = [createOperations, roundMoments];
