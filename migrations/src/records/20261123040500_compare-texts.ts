import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * Likeness of texts by their trigrams, wherever pg_trgm has its operators: the planner puts the bodies in place of the calls, so that
 * `text_is_like` uses the trigram index of its first argument.
 */
export const compareTexts: Migration = {
  name: '20261123040500_compare-texts',
  phase: 'expand',
  async up({ sql }) {
    const [row] = await sql(
      `select quote_ident(n.nspname) as schema from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_trgm'`,
    );
    const schema = String(row?.['schema']);
    // Parts of the first text are like the second: at least as much as pg_trgm.word_similarity_threshold says.
    await sql(`create function core.text_is_like(whole text, part text) returns boolean language sql stable parallel safe
      as 'select $1 operator(${schema}.%>) $2'`);
    await sql(`create function core.text_likeness(whole text, part text) returns real language sql immutable parallel safe
      as 'select ${schema}.word_similarity($2, $1)'`);
    await sql(`create function core.name_likeness(one text, other text) returns real language sql immutable parallel safe
      as 'select ${schema}.similarity($1, $2)'`);
  },
  async down({ sql }) {
    await sql('drop function core.name_likeness(text, text)');
    await sql('drop function core.text_likeness(text, text)');
    await sql('drop function core.text_is_like(text, text)');
  },
};
