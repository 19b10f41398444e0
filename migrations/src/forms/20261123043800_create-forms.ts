import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/** Web forms and what was sent. `content` says what a form asks; `confirm_hash` is the hash of the link in the mail that confirms. */
export const createForms: Migration = {
  name: '20261123043800_create-forms',
  phase: 'expand',
  async up({ sql }) {
    await sql(`
      create table core.forms (
        id uuid primary key,
        version integer not null default 1,
        name text not null,
        slug text not null,
        target text not null,
        state text not null check (state in ('draft', 'live')),
        content jsonb not null,
        next_turn integer not null default 0,
        created_at timestamptz(3) not null,
        created_by uuid,
        updated_at timestamptz(3) not null,
        deleted_at timestamptz(3)
      )`);
    await sql('create unique index forms_slug on core.forms (slug) where deleted_at is null');
    await sql(`
      create table core.form_submissions (
        id uuid primary key,
        number bigint generated always as identity,
        form_id uuid not null references core.forms (id) on delete cascade,
        state text not null check (state in ('unconfirmed', 'received', 'written', 'failed', 'spam')),
        answers jsonb not null,
        source jsonb not null,
        reason jsonb,
        target_entity text,
        target_id uuid,
        confirm_hash bytea,
        created_at timestamptz(3) not null,
        changed_at timestamptz(3) not null
      )`);
    await sql('create unique index form_submissions_log on core.form_submissions (form_id, number)');
    await sql(`create index form_submissions_received on core.form_submissions (created_at) where state = 'received'`);
    await sql(
      'create unique index form_submissions_confirm on core.form_submissions (confirm_hash) where confirm_hash is not null',
    );
  },
  async down({ sql }) {
    for (const table of ['form_submissions', 'forms']) await sql(`drop table core.${table}`);
  },
};
