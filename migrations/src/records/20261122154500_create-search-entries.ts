import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * What search looks at: one row per record of any searchable entity that is not in the trash, written along with the record.
 * `text` holds the short values folded (lower case, no accents), the title first, one per line after a blank: parts of words are
 * found in it. `terms` holds every word, those of long texts too, and each run of Chinese, Japanese or Korean script as characters
 * and pairs. `details` are the short values after the title as people wrote them, null when folding changed none.
 * Owner, team and moment are those of the record. The table is filled for records that are there by a job after the start.
 */
export const createSearchEntries: Migration = {
  name: '20261122154500_create-search-entries',
  phase: 'expand',
  async up({ sql }) {
    await sql('create extension if not exists pg_trgm with schema core');
    await sql(`
      create table core.search_entries (
        entity text not null,
        record_id uuid not null,
        owner_id uuid,
        team_id uuid,
        updated_at timestamptz(3) not null,
        title text,
        text text not null,
        details text,
        terms tsvector not null,
        primary key (entity, record_id)
      ) with (fillfactor = 90)`);
    const [operators] = await sql(
      `select quote_ident(n.nspname) as schema from pg_opclass c join pg_namespace n on n.oid = c.opcnamespace where c.opcname = 'gin_trgm_ops'`,
    );
    await sql(
      `create index search_entries_text on core.search_entries using gin (text ${String(operators?.['schema'])}.gin_trgm_ops)`,
    );
    await sql('create index search_entries_terms on core.search_entries using gin (terms)');
    await sql(`
      create table core.search_builds (
        entity text primary key,
        -- Which fields the rows were made of; another one means that they are made anew.
        fields_key text not null,
        -- The generation that said so; an older one is not listened to.
        generation bigint not null,
        -- Last record done, in the order of ids; null before the first.
        last_id uuid,
        done integer not null default 0,
        finished_at timestamptz(3)
      )`);
  },
  async down({ sql }) {
    await sql('drop table core.search_builds');
    await sql('drop table core.search_entries');
  },
};
