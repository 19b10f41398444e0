/**
 * Tables of the baseline, in a database of its own so that neither side reads what the other one changed: contacts flat, with
 * their account and their first e-mail address in the row, and the indexes its own statements want.
 */
export const rawTables: readonly string[] = [
  'create schema raw',
  `create table raw.contacts as
   select c.id, c.name, c.job_title, c.description, e.email, p.phone, l.account_id, c.owner_id, c.team_id,
     c.created_at, c.updated_at, c.version, c.deleted_at
   from core.contacts c
   left join core.contact_emails e on e.contact_id = c.id and e.position = 0
   left join core.contact_phones p on p.contact_id = c.id and p.position = 0
   left join core.contact_accounts l on l.contact_id = c.id and l.position = 0`,
  ...contactIndexes('raw.contacts', 'contacts'),
  'create table raw.outbox (id bigint generated always as identity primary key, type text not null, payload jsonb not null, created_at timestamptz not null default now())',
  'vacuum (analyze) raw.contacts',
  'checkpoint',
];

/** Primary key, foreign key, two b-trees and the trigram index: what such a table has when nobody thinks of more. */
export function contactIndexes(table: string, name: string): readonly string[] {
  return [
    `alter table ${table} add primary key (id), alter id set not null, alter name set not null,
       alter created_at set default now(), alter updated_at set default now(), alter version set default 1`,
    `alter table ${table} add foreign key (account_id) references core.accounts (id)`,
    `create index ${name}_owner on ${table} (owner_id, updated_at desc, id desc) where deleted_at is null`,
    `create index ${name}_account on ${table} (account_id) where deleted_at is null`,
    `create index ${name}_name on ${table} using gin (name core.gin_trgm_ops)`,
  ];
}
