import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * What people and programs sign in with. Of every secret only a hash is kept: SHA-256 for random tokens of 256 bits, scrypt
 * (PHC string) for passwords. Ending a session, token or link deletes or marks its row; the audit log tells of users.
 */
export const createAccess: Migration = {
  name: '20260103000000_create-access',
  phase: 'expand',
  async up(step) {
    for (const statement of statements) await step.sql(statement);
  },
  async down(step) {
    for (const table of ['rate_limits', 'access_links', 'api_tokens', 'sessions', 'credentials']) {
      await step.sql(`drop table core.${table}`);
    }
  },
};

/** One per table, and its indexes. */
const statements: readonly string[] = [
  `
    create table core.credentials (
      user_id uuid primary key references core.users (id) on delete cascade,
      password_hash text not null,
      changed_at timestamptz(3) not null
    )`,
  `
    create table core.sessions (
      id uuid primary key,
      user_id uuid not null references core.users (id) on delete cascade,
      token_hash bytea not null unique,
      created_at timestamptz(3) not null,
      last_seen_at timestamptz(3) not null,
      ip text not null,
      user_agent text not null
    )`,
  'create index sessions_user on core.sessions (user_id)',
  `
    create table core.api_tokens (
      id uuid primary key,
      user_id uuid not null references core.users (id) on delete cascade,
      name text not null,
      token_hash bytea not null unique,
      hint text not null,
      scopes text[] not null,
      created_at timestamptz(3) not null,
      expires_at timestamptz(3),
      last_used_at timestamptz(3)
    )`,
  'create index api_tokens_user on core.api_tokens (user_id)',
  `
    create table core.access_links (
      id uuid primary key,
      user_id uuid not null references core.users (id) on delete cascade,
      kind text not null check (kind in ('invitation', 'reset')),
      token_hash bytea not null unique,
      created_at timestamptz(3) not null,
      expires_at timestamptz(3) not null
    )`,
  'create unique index access_links_user on core.access_links (user_id, kind)',
  `
    create table core.rate_limits (
      key varchar(255) primary key,
      points integer not null default 0,
      expire bigint
    )`,
];
