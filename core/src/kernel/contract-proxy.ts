import { PluginError, UnavailableError, type Contract, type OptionalContract } from '@trellis-crm/sdk';
import semver from 'semver';
import type { ContextScope } from './callback.js';
import { assertLive, type ContextWorld } from './context-world.js';
import type { Registrations } from './registrations.js';

/** The call that asks for a contract, and the module whose code it runs. */
export interface ContractUse {
  readonly world: ContextWorld;
  readonly scope: ContextScope;
  readonly module: Registrations;
}

/**
 * The service behind a contract as the consumer may use it: its methods only, plain data only, until the call is over.
 * @returns undefined for an optional contract that nobody provides in a fitting version
 * @throws PluginError `contract_not_declared` · `contract_not_required`, UnavailableError `contract_unavailable`
 */
export function resolveContract(use: ContractUse, asked: Contract<unknown> | OptionalContract<unknown>): unknown {
  const { scope, module } = use;
  assertLive(scope);
  const isOptional = 'optional' in asked;
  const contract = isOptional ? asked.optional : asked;
  checkDeclared(module, contract, isOptional);
  const provider = scope.generation.contracts.get(contract.id);
  if (provider !== undefined && semver.satisfies(provider.contract.version, `^${contract.version}`)) {
    return createProxy(contract, (method, args) => callProvider(use, provider, method, args));
  }
  if (isOptional) return undefined;
  const found =
    provider === undefined ? 'nobody provides it' : `${provider.module} provides ${provider.contract.version}`;
  const message = `${module.module} needs ${contract.id} ^${contract.version}, but ${found}`;
  throw new UnavailableError('contract_unavailable', { contract: contract.id }, { message });
}

/** Longest a call from plugin to plugin may take. */
const contractTimeoutMs = 10_000;

type Provider = ContextScope['generation']['contracts'] extends ReadonlyMap<string, infer P> ? P : never;
type Arguments = readonly unknown[];

/** Shows the contract's methods and nothing else of the provider. */
function createProxy(contract: Contract<unknown>, call: (method: string, args: Arguments) => Promise<unknown>): object {
  const methods: readonly string[] = contract.methods;
  return new Proxy(Object.freeze({}), {
    get(_target, key) {
      if (typeof key !== 'string' || !methods.includes(key)) return undefined;
      return (...args: Arguments): Promise<unknown> => call(key, args);
    },
  });
}

/** As the same actor and in the same transaction, but with the provider's own catalogue, settings and entities. */
async function callProvider(
  { world, scope }: ContractUse,
  provider: Provider,
  method: string,
  args: Arguments,
): Promise<unknown> {
  assertLive(scope);
  const { module, contract } = provider;
  const call = {
    module,
    what: `contract ${contract.id}.${method}`,
    timeoutMs: contractTimeoutMs,
    signal: scope.signal,
  };
  return world.parts.calls.run(call, async (signal) => {
    const service = provider.create(world.create({ ...scope, module, signal })) as Readonly<Record<string, unknown>>;
    const implementation = service[method];
    if (typeof implementation !== 'function') {
      throw new PluginError('contract_method_missing', { contract: contract.id, method });
    }
    const plain = args.map((arg) => toPlain(contract, method, arg));
    return toPlain(contract, method, await Reflect.apply(implementation, service, plain));
  });
}

/** Copies what crosses: neither side can hand the other a live object. */
function toPlain(contract: Contract<unknown>, method: string, value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch (error) {
    throw new PluginError(
      'contract_not_plain',
      { contract: contract.id, method },
      { message: `${contract.id}.${method} must take and return plain data`, cause: error },
    );
  }
}

function checkDeclared(consumer: Registrations, { id }: Contract<unknown>, isOptional: boolean): void {
  const { module } = consumer;
  const need = needOf(consumer, id.split('.')[0] ?? '');
  if (need === 'required' || (need === 'optional' && isOptional)) return;
  const code = need === 'optional' ? 'contract_not_required' : 'contract_not_declared';
  const fix =
    need === 'optional' ? 'ask for it with optional(…)' : 'name its plugin in requires or optional of package.json';
  throw new PluginError(code, { module, contract: id }, { message: `${module} may not use ${id}: ${fix}` });
}

/** How the manifest says that a module needs a plugin. Core and itself are always there. */
function needOf({ module, requires, optional }: Registrations, plugin: string): 'required' | 'optional' | 'none' {
  if (plugin === 'core' || plugin === module || plugin in requires) return 'required';
  return plugin in optional ? 'optional' : 'none';
}
