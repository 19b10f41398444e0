import type { Migration } from '@trellis-crm/sdk/migrations/v1';
import { createEvents } from './20260104090000_create-events.js';
import { createDeliveries } from './20260104090100_create-deliveries.js';
import { noteDroppedDeliveries } from './20261123013000_note-dropped-deliveries.js';

/** Tables of the event bus, oldest first. */
export const eventMigrations: readonly Migration[] = [createEvents, createDeliveries, noteDroppedDeliveries];
