import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { uuidV7 } from '../database/uuid-v7.js';
import { actorKey } from '../kernel/plugin-identity.js';
import type { Identity } from './identity.js';

/** A change of access or settings; nothing secret, only that it happened and what it was about. */
export interface AccessChange {
  readonly entity: 'core.user' | 'core.role' | 'core.settings' | 'core.webhook' | 'core.form' | 'core.tag';
  /** Null for what is no record: roles and the settings. */
  readonly recordId: Id | null;
  /** Past participle in kebab case: `password-changed`, `token-created`, `grants-changed`. */
  readonly verb: string;
  /** By name of what changed; nothing where the verb says all. */
  readonly changes?: Readonly<Record<string, { readonly from?: unknown; readonly to?: unknown }>>;
  readonly by: Pick<Identity, 'kind' | 'id' | 'onBehalfOf'>;
  readonly at: Date;
}

/** Adds a row to the audit log for what no record write tells of. */
export async function auditAccess(knex: Knex, change: AccessChange): Promise<void> {
  await knex('core.audit_log').insert({
    id: uuidV7(),
    occurred_at: change.at,
    entity: change.entity,
    record_id: change.recordId ?? noRecord,
    record_version: 0,
    verb: change.verb,
    changes: change.changes ?? {},
    actor: actorKey(change.by),
    on_behalf_of: change.by.onBehalfOf,
    change_set: uuidV7(),
  });
}

/** Writes down changes of things of one kind. */
export function auditOf(entity: AccessChange['entity']) {
  return (trx: Knex.Transaction, change: Omit<AccessChange, 'entity'>): Promise<void> =>
    auditAccess(trx, { entity, ...change });
}

/** Says what differs between two sets of values, as the audit log notes it. */
export function differences<V>(
  before: Readonly<Record<string, V>>,
  after: Readonly<Record<string, V>>,
): Readonly<Record<string, { readonly from: V | null; readonly to: V | null }>> {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return Object.fromEntries(changed.map((name) => [name, { from: before[name] ?? null, to: after[name] ?? null }]));
}

const noRecord = '00000000-0000-0000-0000-000000000000';
