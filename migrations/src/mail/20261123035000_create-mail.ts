import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * How mail leaves the workspace (one row, or none: `values` as checked by the settings schema, `password` sealed), and the mails
 * themselves, written in the transaction of their cause. `content` is `{ html, text }`, sealed when the mail carries a personal
 * link and null once such a mail is gone. `kept`: nothing was configured to send it; `dead`: given up after many attempts.
 */
export const createMail: Migration = {
  name: '20261123035000_create-mail',
  phase: 'expand',
  async up({ sql }) {
    await sql(`
      create table core.mail_settings (
        id boolean primary key default true check (id),
        version integer not null default 1,
        values jsonb not null,
        password jsonb,
        updated_at timestamptz(3) not null,
        updated_by uuid
      )`);
    await sql(`
      create table core.outgoing_mails (
        id uuid primary key,
        message_id text not null unique,
        module text not null,
        kind text not null,
        key text,
        user_id uuid,
        address text not null,
        recipient_name text not null,
        subject text not null,
        content jsonb,
        is_secret boolean not null,
        is_optional boolean not null,
        state text not null check (state in ('waiting', 'sent', 'dead', 'kept', 'dropped')),
        attempts integer not null default 0,
        next_at timestamptz(3) not null,
        last_stage text,
        last_error text,
        actor text not null,
        created_at timestamptz(3) not null,
        changed_at timestamptz(3) not null,
        unique (module, key)
      )`);
    await sql(`create index outgoing_mails_due on core.outgoing_mails (next_at) where state = 'waiting'`);
    await sql('create index outgoing_mails_by_state on core.outgoing_mails (state, id)');
  },
  async down({ sql }) {
    await sql('drop table core.outgoing_mails');
    await sql('drop table core.mail_settings');
  },
};
