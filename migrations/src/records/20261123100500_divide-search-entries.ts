import { createHash } from 'node:crypto';
import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * Search rows of each kind of record get a table of their own, a part of `core.search_entries`: a list is searched without the rows of
 * other kinds in its indexes. Rows that are there are copied, which takes about ten seconds for a million; writes wait meanwhile.
 * Parts of kinds that come later are made before these are served. A process of the version before goes on: it names the whole.
 */
export const divideSearchEntries: Migration = {
  name: '20261123100500_divide-search-entries',
  phase: 'expand',
  async up({ sql }) {
    await sql('alter table core.search_entries rename to search_entries_before');
    await sql('alter index core.search_entries_pkey rename to search_entries_before_pkey');
    await sql('drop index core.search_entries_text, core.search_entries_terms');
    // The record comes first in the key: within a part it is looked up by itself.
    await sql(
      'create table core.search_entries (like core.search_entries_before, primary key (record_id, entity)) partition by list (entity)',
    );
    for (const statement of indexes(await operators(sql))) await sql(statement);
    const kinds = await sql(
      `select entity from unnest($1::text[]) entity union select entity from core.search_builds
       union select distinct entity from core.search_entries_before order by entity`,
      [ofCore],
    );
    for (const { entity } of kinds) {
      const table = `core.${nameOf(String(entity))}`;
      const kind = `'${String(entity).replaceAll("'", "''")}'`;
      await sql(`create table ${table} (like core.search_entries) with (fillfactor = 90)`);
      await sql(`insert into ${table} select * from core.search_entries_before where entity = ${kind}`);
      await sql(`alter table core.search_entries attach partition ${table} for values in (${kind})`);
    }
    await sql('drop table core.search_entries_before');
    await sql('analyze core.search_entries');
  },
  async down({ sql }) {
    await sql('create table core.search_entries_after (like core.search_entries) with (fillfactor = 90)');
    await sql('insert into core.search_entries_after select * from core.search_entries');
    await sql('drop table core.search_entries');
    await sql('alter table core.search_entries_after rename to search_entries');
    await sql('alter table core.search_entries add primary key (entity, record_id)');
    for (const statement of indexes(await operators(sql))) await sql(statement);
  },
};

type Run = Parameters<NonNullable<Migration['up']>>[0]['sql'];

/** Kinds that are served before anything else is made. */
const ofCore = ['core.account', 'core.activity', 'core.contact', 'core.team', 'core.user'];

async function operators(sql: Run): Promise<string> {
  const [found] = await sql(
    `select quote_ident(n.nspname) as schema from pg_opclass c join pg_namespace n on n.oid = c.opcnamespace where c.opcname = 'gin_trgm_ops'`,
  );
  return `${String(found?.['schema'])}.gin_trgm_ops`;
}

function indexes(operatorClass: string): readonly string[] {
  return [
    `create index search_entries_text on core.search_entries using gin (text ${operatorClass})`,
    'create index search_entries_terms on core.search_entries using gin (terms)',
  ];
}

/** As core names the part of a kind. */
function nameOf(entity: string): string {
  const snake = entity.replace('.', '__').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const name = `search_of_${snake.replaceAll('-', '_')}`;
  const digest = createHash('sha256').update(entity).digest('hex').slice(0, 8);
  return name.length <= 60 ? name : `${name.slice(0, 50)}_${digest}`;
}
