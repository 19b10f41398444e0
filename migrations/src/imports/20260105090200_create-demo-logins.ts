import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * How to sign in as the demo people, so that each start of a demo can say it again. In clear on purpose: the passwords are
 * random, open nothing but demo accounts, and go with them.
 */
export const createDemoLogins: Migration = {
  name: '20260105090200_create-demo-logins',
  phase: 'expand',
  async up({ sql }) {
    await sql(`
      create table core.demo_logins (
        user_id uuid primary key references core.users (id) on delete cascade,
        position integer not null,
        password text not null
      )`);
  },
  async down({ sql }) {
    await sql('drop table core.demo_logins');
  },
};
