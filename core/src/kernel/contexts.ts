import type { Context, TransactionContext } from '@trellis-crm/sdk';
import { joinUnit, runUnit, type UnitOfWork } from '../database/unit-of-work.js';
import type { ContextScope } from './callback.js';
import type { ContextParts } from './context-parts.js';
import { createContext } from './context.js';
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
    currentUnit: () => units.getStore(),
    create: (scope) => createContext(world, scope),
    async transaction(scope, work) {
      assertLive(scope);
      const unit = scope.unit ?? units.getStore();
      if (unit !== undefined) return join(scope, unit, work);
      return runUnit(parts.database.knex, parts.wakeRelay, (opened) =>
        units.run(opened, () => within(scope, opened, work)),
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

/** A transaction whose context was revoked meanwhile rolls back, whatever the work returned. */
async function finishLive<T>(scope: ContextScope, work: () => Promise<T>): Promise<T> {
  const value = await work();
  assertLive(scope);
  return value;
}
