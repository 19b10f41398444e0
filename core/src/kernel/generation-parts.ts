import type { EntityDefinition, PageResult } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../http/endpoint.js';
import type { CompiledEntity, OwnedExtension } from '../records/compiled-entity.js';
import type { ViewEngine } from '../views/view-engine.js';
import type { CallRunner } from './call-runner.js';
import type { ModuleContexts } from './contexts.js';
import type { Registrations } from './registrations.js';

/** What the other rooms put into a generation; the composition root hands it over, so that the kernel knows none of their insides. */
export interface GenerationParts {
  readonly contexts: ModuleContexts;
  readonly calls: CallRunner;
  /** @param entities all declarations of the generation by id, to find the targets of refs */
  compileEntity(
    definition: EntityDefinition,
    extensions: readonly OwnedExtension[],
    entities: ReadonlyMap<string, EntityDefinition>,
  ): CompiledEntity;
  /** REST and pages derived from one entity. */
  entityEndpoints(entity: CompiledEntity, entities: ReadonlyMap<string, CompiledEntity>): readonly Endpoint[];
  /** Core's endpoints that belong to no entity: the same in every generation. */
  readonly coreEndpoints: readonly Endpoint[];
  createViews(modules: readonly Registrations[]): ViewEngine;
  /** Turns what a plugin's page handler returned into HTML inside the layout. */
  presentPage(request: EndpointRequest, module: string, result: PageResult): Promise<EndpointResponse>;
}
