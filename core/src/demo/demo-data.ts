import { randomBytes } from 'node:crypto';
import { type Clock, type Id, type TransactionContext, type WorkspaceInfo } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Logger } from 'pino';
import type { InjectionToken } from 'tsyringe';
import type { Passwords } from '../auth/index.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import {
  moduleIdentity,
  type CallRunner,
  type Generation,
  type ModuleContexts,
  type Registrations,
} from '../kernel/index.js';
import { demoPeople } from './demo-people.js';
import { removeDemoRecords, type RemovalReport } from './remove-demo.js';
import { seedDemo, type SeededPerson } from './seed-demo.js';

/** How to sign in as somebody of the demo. */
interface DemoLogin {
  readonly role: string;
  readonly email: string;
  readonly password: string;
}

/** What demo data needs of the other rooms. */
export interface DemoParts {
  readonly knex: Knex;
  readonly clock: Clock;
  readonly log: Logger;
  readonly passwords: Passwords;
  readonly calls: CallRunner;
  contexts(): ModuleContexts;
  generation(): Generation;
  info(): WorkspaceInfo;
  /** One transaction, waking the event relay afterwards. */
  transaction<T>(work: (unit: UnitOfWork) => Promise<T>): Promise<T>;
}

/** Demo records of one workspace: about a hundred, marked, and taken away again by one action. */
export interface DemoData {
  /**
   * Adds what is not there yet: core's records, and those of each active plugin.
   * @param canSignIn whether the demo people get logins; else they only own records
   */
  add(options: { readonly canSignIn: boolean }): Promise<void>;
  /** Takes all demo records away but those that records of people refer to. @param actorId user who must stay: the one who asks */
  remove(actorId: Id | null): Promise<RemovalReport>;
  count(): Promise<number>;
  /** Logins of the demo people who still have one, the admin first. */
  logins(): Promise<readonly DemoLogin[]>;
}

/** The demo data of a workspace, in its container. */
export const DemoData: InjectionToken<DemoData> = Symbol('DemoData');

/** Wires the demo data of one workspace. */
export function createDemoData(parts: DemoParts): DemoData {
  return {
    add: ({ canSignIn }) => add(parts, canSignIn),
    remove: (actorId) => parts.transaction((unit) => removeDemoRecords(unit, parts.generation(), actorId)),
    count: async () => (await demoModules(parts.knex)).reduce((total, { count }) => total + count, 0),
    async logins() {
      const { rows } = await parts.knex.raw<{ rows: DemoLogin[] }>(
        `select u.role, u.email, l.password from core.demo_logins l join core.users u on u.id = l.user_id
         where u.status = 'active' and u.deleted_at is null order by l.position`,
      );
      return rows;
    },
  };
}

async function add(parts: DemoParts, canSignIn: boolean): Promise<void> {
  const seeded = new Set((await demoModules(parts.knex)).map(({ module }) => module));
  for (const registrations of parts.generation().modules) {
    if (seeded.has(registrations.module)) continue;
    if (registrations.module === 'core') await addCore(parts, registrations, canSignIn);
    else await addPlugin(parts, registrations);
  }
}

async function addCore(parts: DemoParts, core: Registrations, canSignIn: boolean): Promise<void> {
  await seedModule(parts, core, async (tx, unit) => {
    const people = await seedDemo(tx, canSignIn);
    const newcomers = people.filter(({ isNew }) => isNew);
    if (canSignIn && newcomers.length > 0) await giveLogins(parts, unit, newcomers);
  });
}

/** A plugin whose demo records fail goes without; the others are there all the same. */
async function addPlugin(parts: DemoParts, plugin: Registrations): Promise<void> {
  const { demo } = plugin.definition;
  if (demo === undefined) return;
  try {
    await seedModule(parts, plugin, (tx) => demo(tx));
  } catch (error) {
    parts.log.warn({ err: error, module: plugin.module }, 'demo records of a plugin could not be added');
  }
}

const seedTimeoutMs = 60_000;

async function seedModule(
  parts: DemoParts,
  module: Registrations,
  seed: (tx: TransactionContext, unit: UnitOfWork) => Promise<void>,
): Promise<void> {
  const identity = moduleIdentity(module, parts.info());
  const generation = parts.generation();
  const call = { module: module.module, what: 'demo records', timeoutMs: seedTimeoutMs };
  await parts.transaction((unit) =>
    parts.calls.run(call, (signal) =>
      parts.contexts().transaction({ generation, module: module.module, identity, unit, signal }, async (tx) => {
        await seed(tx, unit);
        await mark(unit);
      }),
    ),
  );
}

/** Whatever the transaction created is demo data: the audit log knows. */
async function mark({ trx, changeSetId }: UnitOfWork): Promise<void> {
  await trx.raw(
    `insert into core.demo_records (entity, record_id)
     select entity, record_id from core.audit_log where change_set = ? and verb = 'created'`,
    [changeSetId],
  );
}

async function giveLogins(
  { clock, passwords }: DemoParts,
  { trx }: UnitOfWork,
  people: readonly SeededPerson[],
): Promise<void> {
  const logins = people.map(({ id, person }) => ({
    user_id: id,
    position: demoPeople.indexOf(person),
    password: randomBytes(9).toString('base64url'),
  }));
  const hashes = await Promise.all(logins.map(({ password }) => passwords.hash(password)));
  const credentials = logins.map(({ user_id }, index) => ({
    user_id,
    password_hash: hashes[index],
    changed_at: clock.now(),
  }));
  await trx('core.credentials').insert(credentials);
  await trx('core.demo_logins').insert(logins);
}

async function demoModules(knex: Knex): Promise<readonly { readonly module: string; readonly count: number }[]> {
  const { rows } = await knex.raw<{ rows: { module: string; count: number }[] }>(
    `select split_part(entity, '.', 1) as module, count(*)::integer as count from core.demo_records group by 1`,
  );
  return rows;
}
