import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * What people were told. Of one `key` a person has at most one unread line, whose `count` grows. `record_id` is read with the
 * person's rights whenever the line is shown; `values` are what its text needs besides. `mail` says how the line leaves by mail:
 * `digest` and `immediate` until `mailed_at`. `told_events` are events that somebody may want to be told of, put there by the
 * fan-out and taken set by set.
 */
export const createNotifications: Migration = {
  name: '20261123041500_create-notifications',
  phase: 'expand',
  async up({ sql }) {
    await sql(`
      create table core.notifications (
        id uuid primary key,
        user_id uuid not null references core.users (id) on delete cascade,
        kind text not null,
        key text,
        entity text,
        record_id uuid,
        by_user uuid,
        values jsonb not null,
        href text,
        count integer not null default 1,
        in_app boolean not null,
        mail text not null check (mail in ('never', 'digest', 'immediate')),
        mailed_at timestamptz(3),
        told_at timestamptz(3) not null,
        read_at timestamptz(3),
        snoozed_until timestamptz(3)
      )`);
    await sql(
      'create unique index notifications_unread_key on core.notifications (user_id, kind, key) where read_at is null',
    );
    await sql('create index notifications_inbox on core.notifications (user_id, told_at desc, id desc) where in_app');
    await sql('create index notifications_unread on core.notifications (user_id) where in_app and read_at is null');
    await sql(`create index notifications_to_mail on core.notifications (mail, told_at)
      where mailed_at is null and read_at is null and mail <> 'never'`);
    await sql(
      `create index notifications_snoozed on core.notifications (snoozed_until) where snoozed_until is not null`,
    );
    await sql('create index notifications_age on core.notifications (told_at)');
    await sql(`
      create table core.notification_channels (
        user_id uuid not null references core.users (id) on delete cascade,
        kind text not null,
        in_app boolean not null,
        mail text not null check (mail in ('never', 'digest', 'immediate')),
        primary key (user_id, kind)
      )`);
    await sql(`
      create table core.notification_settings (
        user_id uuid primary key references core.users (id) on delete cascade,
        digest_hour smallint not null check (digest_hour between 0 and 23),
        last_digest_on date
      )`);
    await sql(`
      create table core.told_events (
        position bigint primary key,
        event_id uuid not null
      )`);
  },
  async down({ sql }) {
    for (const table of ['told_events', 'notification_settings', 'notification_channels', 'notifications'])
      await sql(`drop table core.${table}`);
  },
};
