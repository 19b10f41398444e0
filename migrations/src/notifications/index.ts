import type { Migration } from '@trellis-crm/sdk/migrations/v1';
import { createNotifications } from './20261123041500_create-notifications.js';
import { indexToldExceptions } from './20261123111600_index-told-exceptions.js';

/** Tables of what people were told. */
export const notificationMigrations: readonly Migration[] = [createNotifications, indexToldExceptions];
