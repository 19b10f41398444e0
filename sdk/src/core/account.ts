import { defineEntity } from '../entity.js';
import { field } from '../fields.js';

/** A company or other organisation we deal with, in whatever role; its parent is the one it belongs to. */
export const Account = defineEntity('core.account', {
  plural: 'accounts',
  fields: {
    name: field.text({ required: true, max: 200, search: true, index: true }),
    roles: field.choices(['prospect', 'customer', 'partner', 'supplier', 'competitor', 'shareholder', 'internal']),
    industry: field.text({ max: 120, index: true }),
    website: field.url({ search: true }),
    phone: field.phone({ search: true }),
    /** With its country in front, nothing between the digits. */
    vatNumber: field.text({ max: 40, format: 'vatNumber', search: true }),
    foundedYear: field.integer({ min: 1000, max: 2200 }),
    employees: field.integer({ min: 0 }),
    /** Of the last full year. */
    annualRevenue: field.money(),
    country: field.text({ max: 120, index: true }),
    parent: field.ref('self', { onDelete: 'clear' }),
    /** Mail and web domains that belong to it, without `www.`. */
    domains: field.list({ domain: field.text({ required: true, max: 253, search: true }) }, { max: 50 }),
    addresses: field.list(
      {
        kind: field.choice(['billing', 'shipping', 'visit', 'other'], { default: 'other' }),
        street: field.text(),
        postalCode: field.text({ max: 20 }),
        city: field.text({ max: 120 }),
        region: field.text({ max: 120 }),
        country: field.text({ max: 120 }),
      },
      { max: 20 },
    ),
    description: field.longText({ search: true }),
    /** Contracts and the like; what belongs to one call or meeting stands with that. */
    files: field.files({ max: 100 }),
  },
  title: 'name',
  owned: true,
  completeness: { industry: 2, website: 2, phone: 2, country: 2, addresses: 2, employees: 1, domains: 1, roles: 1 },
  duplicates: [
    { field: 'name', as: 'name', weight: 0.9 },
    { field: 'domains.domain', as: 'domain' },
    { field: 'website', as: 'domain' },
    { field: 'phone', as: 'phone' },
    { field: 'vatNumber', as: 'number' },
    { field: 'country', as: 'same', weight: 0.1 },
  ],
  icon: 'building',
  menu: 10,
  views: { list: ['name', 'industry', 'country', 'employees', 'annualRevenue', 'owner', 'updatedAt'] },
});
