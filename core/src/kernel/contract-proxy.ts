import { PluginError, UnavailableError, type Contract, type OptionalContract } from '@trellis-crm/sdk';
import semver from 'semver';
import type { ContextScope } from './callback.js';
import { assertLive, type ContextWorld } from './context-world.js';
import type { Registrations } from './registrations.js';

/**
 * The service behind a contract as the consumer may use it: its methods only, plain data only, until the call is over.
 * @returns undefined for an optional contract that nobody provides in a fitting version
 * @throws PluginError `contract_not_declared` · `contract_not_required`, UnavailableError `contract_unavailable`
 */
export function resolveContract(
  world: ContextWorld,
  scope: ContextScope,
  consumer: Registrations,
  asked: Contract<unknown> | OptionalContract<unknown>,
): unknown {
  assertLive(scope);
  const isOptional = 'optional' in asked;
  const contract = isOptional ? asked.optional : asked;
  checkDeclared(consumer, contract, isOptional);
  const provider = scope.generation.contracts.get(contract.id);
  const fits = provider !== undefined && semver.satisfies(provider.contract.version, `^${contract.version}`);
  if (fits) return createProxy(world, scope, contract, provider);
  if (isOptional) return undefined;
  const found =
    provider === undefined ? 'nobody provides it' : `${provider.module} provides ${provider.contract.version}`;
  throw new UnavailableError(
    'contract_unavailable',
    { contract: contract.id },
    { message: `${consumer.module} needs ${contract.id} ^${contract.version}, but ${found}` },
  );
}

/** Longest a call from plugin to plugin may take. */
const contractTimeoutMs = 10_000;

type Provider = ContextScope['generation']['contracts'] extends ReadonlyMap<string, infer P> ? P : never;

function createProxy(
  world: ContextWorld,
  scope: ContextScope,
  contract: Contract<unknown>,
  provider: Provider,
): object {
  const methods: readonly string[] = contract.methods;
  const call = (method: string, args: readonly unknown[]): Promise<unknown> =>
    world.parts.calls.run(
      {
        module: provider.module,
        what: `contract ${contract.id}.${method}`,
        timeoutMs: contractTimeoutMs,
        signal: scope.signal,
      },
      async (signal) => {
        // As the same actor and in the same transaction, but with the provider's own catalogue, settings and entities.
        const service = provider.create(world.create({ ...scope, module: provider.module, signal })) as Readonly<
          Record<string, unknown>
        >;
        const implementation = service[method];
        if (typeof implementation !== 'function')
          throw new PluginError('contract_method_missing', { contract: contract.id, method });
        return toPlain(
          contract,
          method,
          await Reflect.apply(
            implementation,
            service,
            args.map((arg) => toPlain(contract, method, arg)),
          ),
        );
      },
    );
  return new Proxy(Object.freeze({}), {
    get(_target, key) {
      if (typeof key !== 'string' || !methods.includes(key)) return undefined;
      return async (...args: readonly unknown[]): Promise<unknown> => {
        assertLive(scope);
        return call(key, args);
      };
    },
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

function checkDeclared(consumer: Registrations, contract: Contract<unknown>, isOptional: boolean): void {
  const [plugin = ''] = contract.id.split('.');
  if (plugin === 'core' || plugin === consumer.module || plugin in consumer.requires) return;
  const isDeclared = plugin in consumer.optional;
  if (isDeclared && isOptional) return;
  const code = isDeclared ? 'contract_not_required' : 'contract_not_declared';
  const fix = isDeclared ? 'ask for it with optional(…)' : `name "${plugin}" in requires or optional of package.json`;
  throw new PluginError(
    code,
    { module: consumer.module, contract: contract.id },
    { message: `${consumer.module} may not use ${contract.id}: ${fix}` },
  );
}
