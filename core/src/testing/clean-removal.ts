import type { Knex } from 'knex';
import type { OpenWorkspace } from '../composition/open-workspace.js';

/** Removes and purges a plugin. @throws Error that lists what is left of it, or which core rows changed */
export async function assertCleanRemoval(workspace: OpenWorkspace, plugin: string): Promise<void> {
  const { knex } = workspace.database;
  const before = await coreFingerprint(knex);
  await workspace.lifecycle.disable(plugin, 'operator', {});
  await workspace.lifecycle.remove(plugin, 'operator');
  await workspace.lifecycle.purge(plugin, 'operator');
  const left = [...(await leftInDatabase(knex, plugin)), ...leftInGeneration(workspace, plugin)];
  if ((await coreFingerprint(knex)) !== before) left.push('rows of core tables changed');
  if (left.length > 0) throw new Error(`${plugin} was removed, but is not gone: ${left.join('; ')}`);
}

/** Queries that must find nothing once a plugin is gone; `:schema` and `:plugin` are bound. */
const traces: Readonly<Record<string, string>> = {
  'its schema': `select from pg_namespace where nspname = :schema or nspname like :schema || '\\_\\_%'`,
  'a foreign key': `select from pg_constraint c join pg_namespace n on n.oid = c.connamespace where n.nspname = :schema`,
  'a subscription': 'select from core.subscriptions where module = :plugin',
  'a schedule': 'select from core.schedules where module = :plugin',
  'a grant': `select from core.role_grants where permission like :plugin || '.%'`,
  'an external id': `select from core.external_ids where entity like :plugin || '.%'`,
  'a row in search': `select from core.search_entries where entity like :plugin || '.%'`,
  'a tag of its records': `select from core.record_tags where entity like :plugin || '.%'`,
  'a pin of its records': `select from core.timeline_pins where entity like :plugin || '.%'`,
  'a follower of its records': `select from core.followers where entity like :plugin || '.%'`,
  'an exception': `select from core.exceptions where entity like :plugin || '.%' or rule like :plugin || '.%'`,
  'a link to its records': `select from core.activity_links where entity like :plugin || '.%'`,
  'its row': `select from core.plugins where id = :plugin and state not in ('staged')`,
};

async function leftInDatabase(knex: Knex, plugin: string): Promise<string[]> {
  const schema = `p_${plugin.replaceAll('-', '_')}`;
  const found = await Promise.all(
    Object.entries(traces).map(async ([what, query]) => {
      const { rows } = await knex.raw<{ rows: unknown[] }>(query, { schema, plugin });
      return rows.length === 0 ? [] : [what];
    }),
  );
  return found.flat();
}

function leftInGeneration(workspace: OpenWorkspace, plugin: string): string[] {
  const generation = workspace.generation();
  const left: string[] = [];
  if (generation.endpoints.some(({ module }) => module === plugin)) left.push('an endpoint');
  if (generation.modules.some(({ module }) => module === plugin)) left.push('its registrations');
  return left;
}

/** Same text as long as no row of core's records changed. */
async function coreFingerprint(knex: Knex): Promise<string> {
  const { rows } = await knex.raw<{ rows: { print: string }[] }>(
    `select concat_ws(' ', (select md5(string_agg(a::text, '' order by id)) from core.accounts a),
       (select md5(string_agg(c::text, '' order by id)) from core.contacts c),
       (select md5(string_agg(u::text, '' order by id)) from core.users u)) as print`,
  );
  return rows[0]?.print ?? '';
}
