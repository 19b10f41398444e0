import { defineEntity } from '../entity.js';
import { field } from '../fields.js';

/** Somebody who works here. Without an e-mail address they own records but cannot sign in until they are invited. */
export const User = defineEntity('core.user', {
  plural: 'users',
  fields: {
    name: field.text({ required: true, max: 200, search: true }),
    email: field.email({ unique: true, search: true }),
    /** Key of a role: `admin`, `manager`, `user`, `read-only` or one an admin added. */
    role: field.text({ required: true, default: 'user', max: 40, readOnly: true }),
    /** `no_login`: never invited · `invited`: has a link · `active` · `inactive`: may not sign in. */
    status: field.choice(['no_login', 'invited', 'active', 'inactive'], { default: 'no_login', readOnly: true }),
    /** Primary team: records the user owns belong to it. */
    team: field.ref('core.team', { onDelete: 'restrict' }),
    jobTitle: field.text({ max: 120 }),
    /** BCP 47; the workspace's when null. */
    locale: field.text({ max: 20 }),
    /** IANA name; the workspace's when null. */
    timeZone: field.text({ max: 60 }),
  },
  title: 'name',
  icon: 'user',
  menu: false,
  grants: {
    read: { manager: 'all', user: 'all', 'read-only': 'all' },
    create: {},
    update: {},
    delete: {},
    import: {},
  },
  views: { list: ['name', 'email', 'role', 'team', 'status'] },
});
