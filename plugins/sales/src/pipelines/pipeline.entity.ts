import { defineEntity, field } from '@trellis-crm/sdk';

/** A way of selling: the ordered stages a deal goes through. The first by position is the default. */
export const Pipeline = defineEntity('sales.pipeline', {
  plural: 'pipelines',
  fields: {
    name: field.text({ required: true, max: 120 }),
    position: field.integer({ required: true, default: 1, min: 1, index: true }),
  },
  title: 'name',
  icon: 'filter',
  menu: false,
  grants: {
    read: { manager: 'all', user: 'all', 'read-only': 'all' },
    create: {},
    update: {},
    delete: {},
    import: {},
  },
  views: { list: ['name', 'position'] },
});
