import type { Migration } from '@trellis-crm/sdk/migrations/v1';
import { createPluginHost } from './20260101000000_create-plugin-host.js';
import { addPluginsAProcessLacks } from './20260101000100_add-plugins-a-process-lacks.js';
import { createPluginStrikes } from './20261122150000_create-plugin-strikes.js';

/** Tables of the plugin host, in the order they run. */
export const kernelMigrations: readonly Migration[] = [createPluginHost, addPluginsAProcessLacks, createPluginStrikes];
