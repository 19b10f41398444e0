import type { Context, TransactionContext } from '@trellis-crm/sdk';
import { joinUnit, runUnit, type UnitOfWork } from '../database/unit-of-work.js';
import type { ContextScope } from './callback.js';
import type { ContextParts } from './context-parts.js';
import { createContext } from './context.js';
import { createEventLimits } from './event-limits.js';
import { createModuleLogs } from './module-logs.js';
import { assertLive, type ContextWorld } from './context-world.js';

/** Makes the contexts that modules' code gets. */
export interface ModuleContexts {
  /** A context for one call into a module. @throws Error when the module is not part of the generation */
  create(scope: ContextScope): Context;
  /** Runs in a transaction; joins the one of the scope, or the one this call chain is already in. */
  transaction<T>(scope: ContextScope, work: (tx: TransactionContext, unit: UnitOfWork) => Promise<T>): Promise<T>;
}

/** Creates the factory of one workspace. */
export function createModuleContexts(parts: ContextParts): ModuleContexts {
  const { units } = parts.database;
  const world: ContextWorld = {
    parts,
    logs: createModuleLogs(parts.log),
    eventLimits: createEventLimits(),
    currentUnit: () => units.getStore(),
    create: (scope) => createContext(world, scope),
    async transaction(scope, work) {
      assertLive(scope);
      const unit = scope.unit ?? units.getStore();
      if (unit !== undefined) return join(scope, unit, work);
      return runUnit(parts.database.knex, parts.wakeRelay, (opened) =>
        units.run(opened, () => untilRevoked(scope, within(scope, opened, work))),
      );
    },
  };
  /** A unit given by the caller is this call chain's from here on, unless the chain is already in it. */
  function join<T>(
    scope: ContextScope,
    unit: UnitOfWork,
    work: (tx: TransactionContext, unit: UnitOfWork) => Promise<T>,
  ): Promise<T> {
    const run = (): Promise<T> => joinUnit(unit, () => within(scope, unit, work));
    return units.getStore() === unit ? run() : units.run(unit, run);
  }
  function within<T>(
    scope: ContextScope,
    unit: UnitOfWork,
    work: (tx: TransactionContext, unit: UnitOfWork) => Promise<T>,
  ): Promise<T> {
    return finishLive(scope, () => work(world.create({ ...scope, unit }), unit));
  }
  return world;
}

/**
 * Gives a transaction up whose module does not come back from somewhere: it holds a connection and locks that others wait for.
 * Core's own work is not waited for by anybody but the request, which has its own limit.
 */
function untilRevoked<T>(scope: ContextScope, work: Promise<T>): Promise<T> {
  if (scope.module === 'core') return work;
  const signals = [scope.signal, scope.generation.signalOf(scope.module)];
  const revoked = Promise.withResolvers<never>();
  const onAbort = (): void => {
    try {
      assertLive(scope);
    } catch (error) {
      revoked.reject(error);
    }
  };
  for (const signal of signals) signal.addEventListener('abort', onAbort, { once: true });
  return Promise.race([work, revoked.promise]).finally(() => {
    for (const signal of signals) signal.removeEventListener('abort', onAbort);
  });
}

/** A transaction whose context was revoked meanwhile rolls back, whatever the work returned. */
async function finishLive<T>(scope: ContextScope, work: () => Promise<T>): Promise<T> {
  const value = await work();
  assertLive(scope);
  return value;
}
