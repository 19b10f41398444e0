import type { Reach } from '@trellis-crm/sdk';
import type { Preset } from './actors.js';

type Grant = Partial<Record<Exclude<Preset, 'admin'>, Reach>>;

const everybodyReads: Grant = { manager: 'all', user: 'all', 'read-only': 'all' };
const ownAndBelow: Grant = { manager: 'subtree', user: 'own' };

/** Rights by role; admins hold every right for all records. A right that is not named is held by admins alone. */
export const grants: Readonly<Record<string, Grant>> = {
  'core.account:read': everybodyReads,
  'core.account:create': ownAndBelow,
  'core.account:update': ownAndBelow,
  'core.account:delete': ownAndBelow,
  'core.account:import': ownAndBelow,
  // Narrowed by the matrix's admin before it begins: see `changedGrants`.
  'core.contact:read': { manager: 'subtree', user: 'team', 'read-only': 'all' },
  'core.contact:create': ownAndBelow,
  'core.contact:update': ownAndBelow,
  'core.contact:delete': ownAndBelow,
  'core.contact:import': ownAndBelow,
  'core.activity:read': everybodyReads,
  'core.activity:create': ownAndBelow,
  'core.activity:update': ownAndBelow,
  'core.activity:delete': ownAndBelow,
  'core.activity:import': ownAndBelow,
  'core.user:read': everybodyReads,
  'core.team:read': everybodyReads,
  'sales.pipeline:read': everybodyReads,
  'sales.stage:read': everybodyReads,
  'sales.deal:read': everybodyReads,
  'sales.deal:create': ownAndBelow,
  'sales.deal:update': ownAndBelow,
  'sales.deal:delete': ownAndBelow,
  'sales.deal:import': ownAndBelow,
  'sales.deal:close': ownAndBelow,
  'lab.specimen:read': ownAndBelow,
  'lab.specimen:create': ownAndBelow,
  'lab.specimen:update': ownAndBelow,
  'lab.specimen:delete': ownAndBelow,
  'lab.specimen:import': ownAndBelow,
  'lab.shelf:read': everybodyReads,
  'planted.note:read': ownAndBelow,
  'planted.note:create': ownAndBelow,
  'planted.note:update': ownAndBelow,
  'planted.note:delete': ownAndBelow,
};

/** What the matrix's admin changes first, so that reading is not open to everybody: a change counts from the next request on. */
export const changedGrants: readonly { readonly role: Preset; readonly right: string; readonly reach: Reach }[] = [
  { role: 'user', right: 'core.contact:read', reach: 'team' },
  { role: 'manager', right: 'core.contact:read', reach: 'subtree' },
];

/** Fields that only managers and admins see; to everybody else they do not exist. By entity, with their path. */
export const hiddenFields: Readonly<Record<string, readonly string[]>> = {
  'lab.specimen': ['secret', 'rating', 'budget', 'dueOn', 'grade', 'sponsor', 'papers'],
  'core.account': ['lab.credit'],
};
