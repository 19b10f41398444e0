import { fileURLToPath } from 'node:url';
import { coreMigrations } from '@trellis-crm/migrations';
import type { ModuleMigrations } from './module-migrations.js';
import { hashSources } from './source-hash.js';

/** The migrations of core's own tables, hashed from the sources that stand beside their build. */
export async function loadCoreMigrations(): Promise<ModuleMigrations> {
  const folder = fileURLToPath(new URL('../src', import.meta.resolve('@trellis-crm/migrations')));
  return { module: 'core', schemaName: 'core', migrations: coreMigrations, hashes: await hashSources(folder) };
}
