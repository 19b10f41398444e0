import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * Rules by exception and what breaks them. `exception_rules` has what administrators decided: tuned guidelines of modules under
 * `<module>.<id>`, and rules of their own, which alone have `name`, `filter` and `since`. An exception is raised once per rule, record
 * and `cause`, the moment its time runs from; `cleared_at` says when its proof was there, `told_at` when a digest first named it.
 */
export const createExceptions: Migration = {
  name: '20261123041500_create-exceptions',
  phase: 'expand',
  async up({ sql }) {
    await sql(`
      create table core.exception_rules (
        id text primary key,
        entity text not null,
        name text,
        filter jsonb,
        since text,
        thresholds jsonb not null default '{}',
        tells text[] not null,
        is_on boolean not null,
        version integer not null default 1,
        updated_at timestamptz(3) not null default now(),
        updated_by text not null
      )`);
    await sql(`
      create table core.exceptions (
        id uuid primary key,
        rule text not null,
        entity text not null,
        record_id uuid not null,
        cause text not null,
        since timestamptz(3),
        owner_id uuid,
        team_id uuid,
        raised_at timestamptz(3) not null,
        cleared_at timestamptz(3),
        told_at timestamptz(3),
        unique (rule, record_id, cause)
      )`);
    await sql(
      'create index exceptions_open on core.exceptions (rule, raised_at desc, id desc) where cleared_at is null',
    );
    await sql('create index exceptions_record on core.exceptions (record_id) where cleared_at is null');
    await sql('create index exceptions_cleared on core.exceptions (cleared_at) where cleared_at is not null');
  },
  async down({ sql }) {
    await sql('drop table core.exceptions');
    await sql('drop table core.exception_rules');
  },
};
