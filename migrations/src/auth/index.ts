import type { Migration } from '@trellis-crm/sdk/migrations/v1';
import { createAccess } from './20260103000000_create-access.js';
import { createRoles } from './20260103000100_create-roles.js';
import { createAccessSignals } from './20260103000200_create-access-signals.js';

/** Tables of signing in, tokens and roles, and what keeps them true on every way of writing. */
export const authMigrations: readonly Migration[] = [createAccess, createRoles, createAccessSignals];
