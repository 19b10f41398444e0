import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * Which spellings of a word search knows: of the given ones (each a tsquery) those that stand in some record, else the words most
 * like it in records whose texts share its trigrams. It goes by its indexes whatever the planner thinks of the table's size: each
 * spelling is looked up by itself, and most are not there. Where pg_trgm lives is known when the function is made.
 */
export const findOtherSpellings: Migration = {
  name: '20261123035600_find-other-spellings',
  phase: 'expand',
  async up({ sql }) {
    const [operators] = await sql(
      `select quote_ident(n.nspname) as schema from pg_opclass c join pg_namespace n on n.oid = c.opcnamespace where c.opcname = 'gin_trgm_ops'`,
    );
    await sql(`
      create function core.search_spellings(wanted text, variants text[]) returns setof text language plpgsql stable
      set enable_seqscan = off set pg_trgm.word_similarity_threshold = 0.4
      set search_path = pg_catalog, ${String(operators?.['schema'])} as $$
      begin
        return query
          select v from unnest(variants) v where exists (select from core.search_entries e where e.terms @@ v::tsquery);
        if not found then
          return query
            select quote_literal(w) from (
              select distinct unnest(tsvector_to_array(e.terms)) as w
              from (select s.terms from core.search_entries s where s.text %> wanted limit 200) e
            ) words
            where similarity(w, wanted) > 0.3
            order by similarity(w, wanted) desc, w limit 5;
        end if;
      end $$`);
  },
  async down({ sql }) {
    await sql('drop function core.search_spellings(text, text[])');
  },
};
