import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * Pairs of records that are likely the same, what people decided about them, and how far looking for them is. `match_keys` holds what
 * records are compared by while an entity is looked through: values by rule, and what puts records that may be alike into one block.
 */
export const createDuplicatePairs: Migration = {
  name: '20261123044000_create-duplicate-pairs',
  phase: 'expand',
  async up({ sql }) {
    await sql(`
      create table core.duplicate_pairs (
        entity text not null,
        left_id uuid not null,
        right_id uuid not null,
        score numeric(3,2) not null,
        reasons text[] not null,
        -- open, later (until later_until) or dismissed, which is remembered.
        state text not null default 'open',
        later_until timestamptz(3),
        decided_by uuid,
        decided_at timestamptz(3),
        found_at timestamptz(3) not null,
        primary key (entity, left_id, right_id),
        check (left_id < right_id)
      )`);
    await sql(
      'create index duplicate_pairs_review on core.duplicate_pairs (entity, state, score desc, left_id, right_id)',
    );
    await sql(`
      create table core.duplicate_runs (
        entity text primary key,
        -- keys, pairs or done.
        stage text not null,
        -- Last record whose keys are made; null before the first.
        last_id uuid,
        -- Parts of the comparison that are done.
        parts_done integer not null default 0,
        started_at timestamptz(3) not null,
        finished_at timestamptz(3)
      )`);
    await sql(`
      create table core.match_keys (
        entity text not null,
        rule smallint not null,
        key text not null,
        record_id uuid not null
      )`);
    await sql('create index match_keys_key on core.match_keys (entity, rule, key, record_id)');
    await sql('create index match_keys_record on core.match_keys (record_id, rule)');
  },
  async down({ sql }) {
    await sql('drop table core.match_keys');
    await sql('drop table core.duplicate_runs');
    await sql('drop table core.duplicate_pairs');
  },
};
