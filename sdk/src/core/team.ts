import { defineEntity } from '../entity.js';
import { field } from '../fields.js';

/** A group of users; teams form a tree, and managers see the records of their team and those below. */
export const Team = defineEntity('core.team', {
  plural: 'teams',
  fields: {
    name: field.text({ required: true, max: 200, search: true }),
    parent: field.ref('self', { onDelete: 'restrict' }),
    managers: field.list({ user: field.ref('core.user', { onDelete: 'cascade', required: true }) }),
  },
  title: 'name',
  icon: 'users-group',
  menu: false,
  grants: {
    read: { manager: 'all', user: 'all', 'read-only': 'all' },
    create: {},
    update: {},
    delete: {},
    import: {},
  },
  views: { list: ['name', 'parent'] },
});
