import type { Contract, ExtensionPoint, PluginHost } from '@trellis-crm/sdk';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { SchemaCompiler } from '../schemas/schema-compiler.js';
import { asDeclarationError, checkRegistrations, declarationError } from './registration-checks.js';
import type { ModuleSource, Registrations } from './registrations.js';

/**
 * Runs a module's `register` and collects what it says; nothing takes effect yet.
 * @throws PluginError with a text for people when the module throws or breaks a rule
 */
export function registerModule(source: ModuleSource): Registrations {
  const draft = createDraft(source);
  const host = createHost(draft);
  try {
    const register: (api: PluginHost) => unknown = (api) => source.definition.register(api);
    const result = register(host.api);
    if (result instanceof Promise) {
      result.catch(() => undefined);
      throw declarationError(source.module, 'register_awaits', 'register() must not be async: it only declares');
    }
    checkRegistrations(draft);
  } catch (error) {
    throw asDeclarationError(source.module, error);
  } finally {
    host.seal();
  }
  return draft;
}

type Lists = {
  -readonly [K in keyof Registrations]: Registrations[K] extends readonly (infer T)[] ? T[] : Registrations[K];
};

function createDraft(source: ModuleSource): Lists {
  return {
    ...source,
    capabilities: [...source.capabilities],
    routes: [],
    pages: [],
    panels: [],
    blocks: [],
    subscriptions: [],
    live: [],
    guards: [],
    contributions: [],
    jobs: [],
    providers: [],
  };
}

/** The object plugins get. Types of single events, slots and entities are erased here; the declarations they came with are kept. */
function createHost(draft: Lists): { readonly api: PluginHost; seal(): void } {
  const { module } = draft;
  const add = <T>(list: T[], item: T): void => {
    if (state.isSealed)
      throw declarationError(module, 'register_over', 'register() is over: declare everything inside it');
    list.push(item);
  };
  const state = { isSealed: false };
  const api: PluginHost = {
    provide: (contract, create) => add(draft.providers, { contract: contract as Contract<unknown>, create }),
    routes: (routes) => add(draft.routes, routes),
    pages: (pages) => add(draft.pages, pages),
    panel: (slot, panel) => add(draft.panels, { slot, panel }),
    block: (patch) => add(draft.blocks, patch),
    on: (event, name, handle) => add(draft.subscriptions, { module, name, event, handle }),
    live: (event, subject) => add(draft.live, { module, event, subject }),
    guard: (entity, verb, check) =>
      add(draft.guards, {
        module,
        entity: entity.id,
        verb,
        check: (ctx, changes) => oneByOne(changes, (change) => check(ctx, change as never)),
      }),
    guardAll: (entity, verb, check) =>
      add(draft.guards, { module, entity: entity.id, verb, check: (ctx, changes) => check(ctx, changes as never) }),
    contribute: (point, value) => {
      checkContribution(module, point, value);
      add(draft.contributions, { point, value });
    },
    job: (name, schedule, run) => add(draft.jobs, { module, name, schedule, run }),
  };
  return {
    api,
    seal() {
      state.isSealed = true;
    },
  };
}

/** By extension point: many plugins contribute to the same few. */
const validators = new WeakMap<ExtensionPoint<unknown>, ValidateFunction>();

function checkContribution(module: string, point: ExtensionPoint<unknown>, value: unknown): void {
  const validate = validators.get(point) ?? compile(point);
  validators.set(point, validate);
  if (validate(value)) return;
  const problems = (validate.errors ?? [])
    .map(({ instancePath, message = 'is wrong' }) => `value${instancePath} ${message}`)
    .join(', ');
  throw declarationError(module, 'invalid_contribution', `its contribution to "${point.id}" is wrong: ${problems}`);
}

function compile(point: ExtensionPoint<unknown>): ValidateFunction {
  return new SchemaCompiler({ allErrors: true, strict: false, validateFormats: false }).compile(point.schema);
}

async function oneByOne<T>(changes: readonly T[], check: (change: T) => Promise<void>): Promise<void> {
  for (const change of changes) await check(change);
}
