import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';

/** A user as far as signing in goes. */
export interface Account {
  readonly id: Id;
  readonly name: string;
  readonly email: string | null;
  readonly role: string;
  readonly status: string;
  /** Null: has no password yet. */
  readonly passwordHash: string | null;
}

/** The user with an address, however it is written; null when there is none. */
export async function findAccountByEmail(knex: Knex, email: string): Promise<Account | null> {
  const row = await accounts(knex).where('u.email', email.trim().toLowerCase()).first();
  return row === undefined ? null : toAccount(row);
}

/** The user with an id; null when absent or in the trash. */
export async function findAccount(knex: Knex, id: Id): Promise<Account | null> {
  const row = await accounts(knex).where('u.id', id).first();
  return row === undefined ? null : toAccount(row);
}

/** Sets or replaces a user's password. */
export async function writePasswordHash(knex: Knex, userId: Id, passwordHash: string, now: Date): Promise<void> {
  const row = { password_hash: passwordHash, changed_at: now };
  await knex('core.credentials')
    .insert({ user_id: userId, ...row })
    .onConflict('user_id')
    .merge(row);
}

interface AccountRow {
  readonly id: Id;
  readonly name: string;
  readonly email: string | null;
  readonly role: string;
  readonly status: string;
  readonly password_hash: string | null;
}

function accounts(knex: Knex): Knex.QueryBuilder<AccountRow, AccountRow[]> {
  return knex<AccountRow>('core.users as u')
    .leftJoin('core.credentials as c', 'c.user_id', 'u.id')
    .whereNull('u.deleted_at')
    .select('u.id', 'u.name', 'u.email', 'u.role', 'u.status', 'c.password_hash') as Knex.QueryBuilder<
    AccountRow,
    AccountRow[]
  >;
}

function toAccount({ password_hash: passwordHash, ...account }: AccountRow): Account {
  return { ...account, passwordHash };
}
