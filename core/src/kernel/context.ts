import {
  PluginError,
  type Context,
  type EntityDefinition,
  type Records,
  type SettingsDefinition,
  type SettingsOf,
  type TransactionContext,
} from '@trellis-crm/sdk';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { ContextScope } from './callback.js';
import { createAuthorization, type Authorization } from './context-authorization.js';
import type { ContextParts, RecordScope } from './context-parts.js';
import { assertLive, type ContextWorld } from './context-world.js';
import { resolveContract } from './contract-proxy.js';
import { emitEvent } from './event-emission.js';
import { expiring } from './expiring.js';
import type { Registrations } from './registrations.js';

/** Makes the context of one call. Outside a transaction `emit` refuses, so one object serves as both kinds. */
export function createContext(world: ContextWorld, scope: ContextScope): TransactionContext {
  const authorization = createAuthorization(world.parts, scope);
  return contextOf({ world, scope, module: moduleOf(scope), authorization, isElevated: false });
}

interface ModuleUse {
  readonly world: ContextWorld;
  readonly scope: ContextScope;
  readonly module: Registrations;
  readonly authorization: Authorization;
  readonly isElevated: boolean;
}

/** What is not asked for is not made: formats, facts and a log of its own come with the first look. */
function contextOf(use: ModuleUse): TransactionContext {
  const { world, scope, module, authorization } = use;
  const { parts } = world;
  const { identity, generation } = scope;
  return {
    actor: identity,
    get workspace() {
      return parts.info();
    },
    clock: parts.clock,
    get log() {
      return world.logs.of(scope.module);
    },
    jobs: jobQueueOf(use),
    mail: mailRoomOf(use),
    get format() {
      return parts.format(generation, identity);
    },
    t: (key, values) => parts.translate(generation, identity.locale, scope.module, key, values),
    settings: (definition) => settingsOf(scope, module, definition),
    records: (entity) => recordsOf(use, entity),
    query: (entity) => parts.query(recordScope(use, entity), entity),
    tx: (work) => world.transaction(scope, work),
    use: ((contract: Parameters<Context['use']>[0]) => resolveContract(use, contract)) as Context['use'],
    contributions: (point) => contributionsTo(scope, point.id).map((value) => value as never),
    can: authorization.can,
    authorize: authorization.authorize,
    elevated() {
      authorization.assertAuthorized();
      return contextOf({ ...use, isElevated: true });
    },
    async emit(event, payload) {
      assertLive(scope);
      await emitEvent({ parts, scope, module, unit: unitOf(use), limits: world.eventLimits }, event, payload);
    },
    notify: (to, kind, notice = {}) => notify(use, { to, kind, notice }),
  };
}

function unitOf({ world, scope }: ModuleUse): UnitOfWork | undefined {
  return scope.unit ?? world.currentUnit();
}

async function notify(use: ModuleUse, order: Parameters<ContextParts['notify']>[2]): Promise<void> {
  assertLive(use.scope);
  await use.world.parts.notify(demandUnit(use, order.kind), use.scope, order);
}

function demandUnit(use: ModuleUse, kind: string): UnitOfWork {
  const unit = unitOf(use);
  if (unit !== undefined) return unit;
  const message = `${kind} was told outside a transaction`;
  throw new PluginError('notify_outside_transaction', { module: use.scope.module, kind }, { message });
}

function jobQueueOf(use: ModuleUse): Context['jobs'] {
  const { scope, module, world } = use;
  const { enqueue, database } = world.parts;
  return {
    async add(name, payload = {}, options = {}) {
      assertLive(scope);
      assertOwnJob(module, name);
      await enqueue(unitOf(use)?.trx ?? database.knex, { module: scope.module, name, payload, ...options });
    },
  };
}

/** Its own code decides what a module writes to people, so its own capability counts, whoever it acts for. */
function mailRoomOf(use: ModuleUse): Context['mail'] {
  const { scope, module, world } = use;
  return {
    async send(mail) {
      assertLive(scope);
      assertMaySend(module);
      return world.parts.sendMail(unitOf(use)?.trx ?? world.parts.database.knex, scope, mail);
    },
  };
}

function recordsOf<E extends EntityDefinition>(use: ModuleUse, entity: E): Records<E> {
  return expiring(use.world.parts.records(recordScope(use, entity), entity), () => {
    assertLive(use.scope);
  });
}

/** Elevated means own entities: those of others keep asking for the actor's rights. */
function recordScope(use: ModuleUse, entity: EntityDefinition): RecordScope {
  const { world, scope } = use;
  return {
    generation: scope.generation,
    identity: scope.identity,
    requestId: scope.requestId ?? null,
    isElevated: use.isElevated && entity.module === scope.module,
    unit: () => unitOf(use) ?? null,
    transact: (work) => world.transaction(scope, (_tx, unit) => work(unit)),
    assertLive: () => {
      assertLive(scope);
    },
  };
}

function contributionsTo({ module, generation }: ContextScope, point: string): readonly unknown[] {
  if (!point.startsWith(`${module}.`)) throw new PluginError('foreign_extension_point', { module, point });
  return (generation.contributions.get(point) ?? []).map(({ value }) => value);
}

function moduleOf(scope: ContextScope): Registrations {
  const module = scope.generation.modules.find((candidate) => candidate.module === scope.module);
  if (module === undefined)
    throw new PluginError('module_absent', { module: scope.module }, { message: `${scope.module} is not active` });
  return module;
}

function settingsOf<D extends SettingsDefinition>(
  scope: ContextScope,
  module: Registrations,
  definition: D,
): SettingsOf<D> {
  if (module.definition.settings !== definition)
    throw new PluginError(
      'foreign_settings',
      { module: scope.module },
      { message: `${scope.module} asked for settings it does not declare` },
    );
  return (scope.generation.settings.get(scope.module) ?? {}) as SettingsOf<D>;
}

function assertOwnJob(module: Registrations, name: string): void {
  if (module.jobs.some((job) => job.name === name)) return;
  throw new PluginError(
    'job_not_declared',
    { module: module.module, job: name },
    { message: `${module.module} has no job "${name}": declare it with host.job()` },
  );
}

function assertMaySend({ module, capabilities }: Registrations): void {
  if (module === 'core' || capabilities.includes('core.mail:send')) return;
  throw new PluginError(
    'capability_missing',
    { module, capability: 'core.mail:send' },
    { message: `${module} may not send mail: its package.json does not ask for the capability core.mail:send` },
  );
}
