import {
  Account,
  Activity,
  Contact,
  Team,
  User,
  type CreateOf,
  type Id,
  type TransactionContext,
} from '@trellis-crm/sdk';
import { demoActivities, type DemoActivity } from './demo-activities.js';
import { demoAccounts } from './demo-accounts.js';
import { demoContacts } from './demo-contacts.js';
import { demoPeople, demoTeams, type DemoPerson } from './demo-people.js';

/** A demo person as stored. */
export interface SeededPerson {
  readonly id: Id;
  readonly person: DemoPerson;
  /** False for somebody who stayed when earlier demo records went. */
  readonly isNew: boolean;
}

/**
 * Writes core's demo records: teams, people, companies, those who work there, and what was done with them.
 * @param canSignIn whether the people get logins; else they only own records
 */
export async function seedDemo(tx: TransactionContext, canSignIn: boolean): Promise<readonly SeededPerson[]> {
  tx.authorize('core.demo:administer');
  const people = await seedPeople(tx.elevated(), canSignIn);
  const owners = people.filter(({ person }) => person.role === 'manager' || person.role === 'user').map(({ id }) => id);
  const accounts = await seedAccounts(tx, owners);
  const contacts = await seedContacts(tx, accounts, owners);
  await seedActivities(tx, { accounts, contacts, owners });
  return people;
}

async function seedPeople(tx: TransactionContext, canSignIn: boolean): Promise<readonly SeededPerson[]> {
  const teams = await seedTeams(tx);
  const emails = demoPeople.map(({ email }) => email);
  const known = new Map((await tx.query(User).where({ email: { in: emails } })).map(({ id, email }) => [email, id]));
  const missing = demoPeople.filter(({ email }) => !known.has(email));
  const inputs = missing.map(({ role, name, email, jobTitle, team }): CreateOf<typeof User> => {
    const status = canSignIn ? 'active' : 'no_login';
    return { name, email, role, status, jobTitle, team: teams.get(team) ?? null };
  });
  const created = new Map((await tx.records(User).createMany(inputs)).map(({ id, email }) => [email, id]));
  const people = demoPeople.flatMap((person) => {
    const id = created.get(person.email) ?? known.get(person.email);
    return id === undefined ? [] : [{ id, person, isNew: created.has(person.email) }];
  });
  const leads = people.filter(({ person }) => person.isManager).map(({ id }) => ({ user: id }));
  await tx.records(Team).updateMany([...teams.values()].map((id) => ({ id, patch: { managers: leads } })));
  return people;
}

/** Ids by name; a team that stayed when earlier demo records went is taken again. */
async function seedTeams(tx: TransactionContext): Promise<ReadonlyMap<string, Id>> {
  const known = new Map((await tx.query(Team).where({ name: { in: demoTeams } })).map(({ id, name }) => [name, id]));
  const missing = demoTeams.filter((name) => !known.has(name)).map((name) => ({ name }));
  const created = await tx.records(Team).createMany(missing);
  return new Map([...known, ...created.map(({ id, name }): [string, Id] => [name, id])]);
}

/** Companies without a parent first, since the others refer to them. */
async function seedAccounts(tx: TransactionContext, owners: readonly Id[]): Promise<ReadonlyMap<string, Id>> {
  const ids = new Map<string, Id>();
  for (const hasParent of [false, true]) {
    const some = demoAccounts.filter(({ parent }) => (parent !== undefined) === hasParent);
    const inputs = some.map((account, index): CreateOf<typeof Account> => ({
      name: account.name,
      roles: [account.role],
      industry: account.industry,
      website: `https://www.${account.domain}`,
      vatNumber: account.vatNumber,
      foundedYear: account.foundedYear,
      employees: account.employees,
      annualRevenue: { amount: `${account.revenue}000000`, currency: tx.workspace.baseCurrency },
      country: account.country,
      parent: ids.get(account.parent ?? '') ?? null,
      domains: [{ domain: account.domain }],
      addresses: [{ kind: 'visit', city: account.city, country: account.country }],
      ...ownerAt(owners, index),
    }));
    for (const { id, name } of await tx.records(Account).createMany(inputs)) ids.set(name, id);
  }
  return ids;
}

async function seedContacts(
  tx: TransactionContext,
  accounts: ReadonlyMap<string, Id>,
  owners: readonly Id[],
): Promise<ReadonlyMap<string, Id>> {
  const inputs = demoContacts.map((contact, index): CreateOf<typeof Contact> => ({
    name: contact.name,
    jobTitle: contact.jobTitle,
    emails: [{ email: contact.email, kind: 'work', isPrimary: true }],
    phones: [{ phone: contact.phone, kind: 'work', isPrimary: true }],
    accounts: entryOf(accounts.get(contact.account), contact.accountRole),
    ...ownerAt(owners, index),
  }));
  const created = await tx.records(Contact).createMany(inputs);
  return new Map(created.map(({ id, name }) => [name, id]));
}

/** What activities refer to, by name. */
interface Known {
  readonly accounts: ReadonlyMap<string, Id>;
  readonly contacts: ReadonlyMap<string, Id>;
  readonly owners: readonly Id[];
}

async function seedActivities(tx: TransactionContext, { accounts, contacts, owners }: Known): Promise<void> {
  const inputs = demoActivities.map((activity, index): CreateOf<typeof Activity> => ({
    ...factsOf(activity, momentOf(tx, activity, index)),
    links: entriesOf('core.account', accounts.get(activity.account)),
    participants: entriesOf('core.contact', contacts.get(activity.contact ?? '')),
    ...ownerAt(owners, index),
  }));
  await tx.records(Activity).createMany(inputs);
}

function factsOf(activity: DemoActivity, moment: string): CreateOf<typeof Activity> {
  const { kind, subject, body = null, direction = null, outcome = null, minutes, priority = 'normal' } = activity;
  const when = activity.isPlanned === true ? { dueAt: moment } : { occurredAt: moment };
  const duration = minutes === undefined ? null : minutes * 60;
  return { kind, subject, body, direction, outcome, duration, priority, ...when };
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** Between nine and five, UTC; what lies before today was done then. */
function momentOf({ clock }: TransactionContext, { day }: DemoActivity, index: number): string {
  const today = Math.floor(clock.now().getTime() / dayMs) * dayMs;
  return new Date(today + day * dayMs + (9 + (index % 8)) * hourMs).toISOString();
}

function entriesOf(entity: string, id: Id | undefined): readonly { readonly entity: string; readonly id: Id }[] {
  return id === undefined ? [] : [{ entity, id }];
}

function entryOf(account: Id | undefined, role: string): readonly ContactAccount[] {
  return account === undefined ? [] : [{ account, role, isPrimary: true }];
}

/** One entry of a contact's accounts. */
interface ContactAccount {
  readonly account: Id;
  readonly role: string;
  readonly isPrimary: boolean;
}

function ownerAt(owners: readonly Id[], index: number): { readonly owner?: Id } {
  const owner = owners[index % owners.length];
  return owner === undefined ? {} : { owner };
}
