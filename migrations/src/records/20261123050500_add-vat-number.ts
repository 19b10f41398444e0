import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/** The VAT number of an account: country and digits, nothing between them. */
export const addVatNumber: Migration = {
  name: '20261123050500_add-vat-number',
  phase: 'expand',
  async up({ sql }) {
    await sql('alter table core.accounts add column vat_number text');
  },
  async down({ sql }) {
    await sql('alter table core.accounts drop column vat_number');
  },
};
