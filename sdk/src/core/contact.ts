import { defineEntity } from '../entity.js';
import { field } from '../fields.js';

/** A person; may belong to several accounts, with a role in each, and be something to us without any. */
export const Contact = defineEntity('core.contact', {
  plural: 'contacts',
  fields: {
    name: field.text({ required: true, max: 200, search: true, index: true }),
    jobTitle: field.text({ max: 120 }),
    /** What the person is to us, whatever their accounts are. */
    roles: field.choices(['prospect', 'customer', 'partner', 'supplier', 'employee', 'shareholder']),
    emails: field.list(
      {
        email: field.email({ required: true, search: true }),
        kind: field.choice(['work', 'private', 'other'], { default: 'work' }),
        isPrimary: field.boolean(),
      },
      { max: 20 },
    ),
    phones: field.list(
      {
        phone: field.phone({ required: true, search: true }),
        kind: field.choice(['work', 'mobile', 'private', 'fax', 'other'], { default: 'work' }),
        isPrimary: field.boolean(),
      },
      { max: 20 },
    ),
    accounts: field.list(
      {
        account: field.ref('core.account', { onDelete: 'cascade', required: true }),
        /** What the person is there: decision maker, buyer, technical contact … */
        role: field.text({ max: 120 }),
        isPrimary: field.boolean(),
      },
      { max: 50 },
    ),
    description: field.longText({ search: true }),
    files: field.files({ max: 100 }),
  },
  title: 'name',
  owned: true,
  completeness: { emails: 3, phones: 2, accounts: 2, jobTitle: 1 },
  duplicates: [
    { field: 'name', as: 'name' },
    { field: 'emails.email', as: 'email' },
    { field: 'phones.phone', as: 'phone' },
    { field: 'accounts.account', as: 'same' },
  ],
  icon: 'users',
  menu: 20,
  views: { list: ['name', 'jobTitle', 'emails', 'phones', 'accounts', 'owner', 'updatedAt'] },
});
