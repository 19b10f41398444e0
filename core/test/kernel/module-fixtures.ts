import { createCurrentUnit } from '../../dist/database/unit-of-work.js';
import type { EntityDefinition, PluginDefinition } from '@trellis-crm/sdk';
import { pino } from 'pino';
import type { Identity } from '../../dist/auth/identity.js';
import {
  createCallRunner,
  createGenerations,
  createModuleContexts,
  type CallRunner,
  type ContextParts,
  type Generation,
  type GenerationParts,
  type Generations,
  type ModuleContexts,
  type ModuleSource,
  type Registrations,
} from '../../dist/kernel/index.js';
import type { CompiledEntity } from '../../dist/records/compiled-entity.js';
import type { ViewEngine } from '../../dist/views/view-engine.js';

/** A module made in memory. */
export function buildModule(
  module: string,
  definition: Partial<PluginDefinition> = {},
  facts: Partial<ModuleSource> = {},
): ModuleSource {
  return {
    module,
    version: '1.0.0',
    title: module,
    folder: null,
    requires: {},
    optional: {},
    capabilities: [],
    definition: { register: () => undefined, ...definition },
    ...facts,
  };
}

/** Somebody who holds exactly the given rights. */
export function buildIdentity(
  rights: Readonly<Record<string, 'own' | 'all'>> = {},
  overrides: Partial<Identity> = {},
): Identity {
  return {
    kind: 'user',
    id: 'u1',
    name: 'Ada',
    userId: 'u1',
    teamId: null,
    locale: 'en',
    timeZone: 'UTC',
    teamIds: [],
    subtreeTeamIds: [],
    roleKey: 'user',
    scopes: null,
    onBehalfOf: null,
    reach: (permission) => rights[permission] ?? null,
    ...overrides,
  };
}

/** The kernel with other rooms left out, or replaced by what a test gives. */
export interface BareKernel {
  readonly calls: CallRunner;
  readonly contexts: ModuleContexts;
  readonly generations: Generations;
  build(modules: readonly Registrations[], inactive?: readonly string[]): Generation;
}

/** Wires the kernel without records, views and events. */
export function buildKernel(
  overrides: { contexts?: Partial<ContextParts>; parts?: Partial<GenerationParts>; drainMs?: number } = {},
): BareKernel {
  const log = pino({ level: 'silent' });
  const calls = createCallRunner(log);
  const absent = (): never => {
    throw new Error('not part of this test');
  };
  const contexts = createModuleContexts({
    database: { knex: {}, units: createCurrentUnit() } as ContextParts['database'],
    log,
    clock: { now: () => new Date() },
    calls,
    info: absent,
    wakeRelay: () => undefined,
    records: absent,
    query: absent,
    isWithinReach: (identity, reach, record) =>
      reach === 'all' || ('owner' in record && record.owner === identity.userId),
    appendEvent: absent,
    enqueue: absent,
    sendMail: absent,
    notify: absent,
    format: absent,
    translate: (_generation, _locale, module, key) => `${module}:${key}`,
    ...overrides.contexts,
  });
  const parts: GenerationParts = {
    contexts,
    calls,
    compileEntity: (definition, extensions) => compileBarely(definition, extensions.length),
    entityEndpoints: () => [],
    coreEndpoints: [],
    createViews: () => ({ verify: () => undefined }) as ViewEngine,
    presentPage: (_request, _module, result) => Promise.resolve({ status: 200, body: result }),
    ...overrides.parts,
  };
  const generations = createGenerations(parts, calls, overrides.drainMs ?? 1000);
  return {
    calls,
    contexts,
    generations,
    build: (modules, inactive = []) =>
      generations.build({ number: 1, modules, inactive: new Set(inactive), settings: new Map() }),
  };
}

function compileBarely(definition: EntityDefinition, extensions: number): CompiledEntity {
  return {
    definition,
    path: definition.plural,
    extensions: new Map(),
    extensionCount: extensions,
  } as unknown as CompiledEntity;
}
