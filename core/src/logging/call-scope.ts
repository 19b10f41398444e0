import { AsyncLocalStorage } from 'node:async_hooks';

/** On whose behalf code runs: one request, job, delivery, panel … of a module. */
export interface CallScope {
  /** `core` or a plugin id. */
  module: string;
  /** What is called: a route's path, `job deal-aging`, `panel open-deals`. */
  what: string;
  /** The request it all began with, if any. */
  readonly requestId: string | undefined;
}

/** Holds no state of any workspace: each chain of calls sees its own scope. */
const scopes = new AsyncLocalStorage<CallScope>();

/** Runs `work`, and whatever it starts, in a scope. */
export function inScope<T>(scope: CallScope, work: () => T): T {
  return scopes.run(scope, work);
}

/** The scope of the call under way; undefined in what belongs to no call. */
export function currentScope(): CallScope | undefined {
  return scopes.getStore();
}

/** What every log line says about the call it was written in. */
export function scopeFields(scope = currentScope()): object {
  if (scope === undefined) return {};
  const { module, what, requestId } = scope;
  return {
    ...(requestId === undefined ? {} : { requestId }),
    plugin: module === 'core' ? undefined : module,
    call: what,
  };
}
