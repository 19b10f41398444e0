import {
  PluginError,
  type Context,
  type EntityDefinition,
  type SettingsDefinition,
  type SettingsOf,
  type TransactionContext,
} from '@trellis-crm/sdk';
import type { ContextScope } from './callback.js';
import { createAuthorization, type Authorization } from './context-authorization.js';
import type { RecordScope } from './context-parts.js';
import { assertLive, type ContextWorld } from './context-world.js';
import { resolveContract } from './contract-proxy.js';
import { emitEvent } from './event-emission.js';
import { expiring } from './expiring.js';
import type { Registrations } from './registrations.js';

/** Makes the context of one call. Outside a transaction `emit` refuses, so one object serves as both kinds. */
export function createContext(world: ContextWorld, scope: ContextScope): TransactionContext {
  const module = moduleOf(scope);
  return contextOf(world, scope, module, createAuthorization(world.parts, scope), false);
}

function contextOf(
  world: ContextWorld,
  scope: ContextScope,
  module: Registrations,
  authorization: Authorization,
  isElevated: boolean,
): TransactionContext {
  const { parts } = world;
  const { identity, generation } = scope;
  const log = parts.log.child({ module: scope.module });
  const unit = () => scope.unit ?? world.currentUnit();
  const recordsOf = (entity: EntityDefinition): RecordScope =>
    recordScope(world, scope, isElevated && entity.module === scope.module);
  const context: TransactionContext = {
    actor: identity,
    get workspace() {
      return parts.info();
    },
    clock: parts.clock,
    log,
    jobs: {
      async add(name, payload = {}, options = {}) {
        assertLive(scope);
        assertOwnJob(module, name);
        await parts.enqueue(unit()?.trx ?? parts.database.knex, { module: scope.module, name, payload, ...options });
      },
    },
    get format() {
      return parts.format(generation, identity);
    },
    t: (key, values) => parts.translate(generation, identity.locale, scope.module, key, values),
    settings: (definition) => settingsOf(scope, module, definition),
    records: (entity) => expiring(parts.records(recordsOf(entity), entity), () => assertLive(scope)),
    query: (entity) => parts.query(recordsOf(entity), entity),
    tx: (work) => world.transaction(scope, work),
    use: ((contract: Parameters<Context['use']>[0]) =>
      resolveContract(world, scope, module, contract)) as Context['use'],
    contributions(point) {
      if (!point.id.startsWith(`${scope.module}.`))
        throw new PluginError('foreign_extension_point', { module: scope.module, point: point.id });
      return (generation.contributions.get(point.id) ?? []).map(({ value }) => value as never);
    },
    can: authorization.can,
    authorize: authorization.authorize,
    elevated(this: TransactionContext) {
      authorization.assertAuthorized();
      return contextOf(world, scope, module, authorization, true) as typeof this;
    },
    async emit(event, payload) {
      assertLive(scope);
      await emitEvent(parts, scope, module, unit(), event, payload);
    },
  };
  return context;
}

function recordScope(world: ContextWorld, scope: ContextScope, isElevated: boolean): RecordScope {
  return {
    generation: scope.generation,
    identity: scope.identity,
    requestId: scope.requestId ?? null,
    isElevated,
    unit: () => scope.unit ?? world.currentUnit() ?? null,
    transact: (work) => world.transaction(scope, (_tx, unit) => work(unit)),
    assertLive: () => assertLive(scope),
  };
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
