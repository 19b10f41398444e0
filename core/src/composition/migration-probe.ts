import { coreMigrations } from '@trellis-crm/migrations';
import { UnavailableError } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { ReadinessProbe } from '../http/health.js';

/** Not ready while the database lacks a migration of core that the running code counts on: somebody restored an older copy. */
export function migrationProbe(knex: Knex): ReadinessProbe {
  const wanted = coreMigrations.filter(({ phase }) => phase !== 'contract').map(({ name }) => name);
  return {
    name: 'migrations',
    async check() {
      const rows = await knex<{ readonly name: string }>('core.migrations').whereRaw(`module = 'core'`).select('name');
      const applied = new Set(rows.map(({ name }) => name));
      if (!wanted.every((name) => applied.has(name))) throw new UnavailableError('migrations_missing');
    },
  };
}
