import type { Migration } from '@trellis-crm/sdk/migrations/v1';
import { createMail } from './20261123035000_create-mail.js';

/** Tables of what leaves by mail. */
export const mailMigrations: readonly Migration[] = [createMail];
