import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';

/** A user as the command line lists it. */
export interface ListedUser {
  readonly id: Id;
  readonly name: string;
  readonly email: string | null;
  readonly role: string;
  readonly status: string;
}

/** All users that are not in the trash, by name. */
export function listUsers(knex: Knex): Promise<readonly ListedUser[]> {
  return knex<ListedUser>('core.users')
    .whereRaw('deleted_at is null')
    .orderBy('name')
    .select('id', 'name', 'email', 'role', 'status');
}
