import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/** What a person is to us without a company in between: customer, shareholder … */
export const addContactRoles: Migration = {
  name: '20261123105000_add-contact-roles',
  phase: 'expand',
  async up({ sql }) {
    await sql(`alter table core.contacts add column roles text[] not null default '{}'`);
  },
  async down({ sql }) {
    await sql('alter table core.contacts drop column roles');
  },
};
