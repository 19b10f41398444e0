import type { Migration } from '@trellis-crm/sdk/migrations/v1';
import { createWebhooks } from './20261123034800_create-webhooks.js';

/** Tables of webhooks and their log. */
export const webhookMigrations: readonly Migration[] = [createWebhooks];
