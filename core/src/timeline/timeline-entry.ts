import type { Id, TimelineEntry, TimelineRequest } from '@trellis-crm/sdk';
import type { EndpointRequest } from '../http/endpoint.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import type { RecordScope } from '../records/record-scope.js';

/** One reading of a record's timeline. */
export interface TimelineCall {
  readonly scope: RecordScope;
  readonly entity: CompiledEntity;
  readonly id: Id;
  readonly request: EndpointRequest;
}

/** A kind of entry as people choose it. */
export interface KindOption {
  /** Name in addresses: `call`, `change`, `sales.deal-won`. */
  readonly name: string;
  readonly module: string;
  /** Catalogue key of the module. */
  readonly label: string;
  readonly icon: string;
  /** Partial of the module. */
  readonly template: string;
}

/** An entry with where it comes from. */
export interface FoundEntry extends TimelineEntry {
  readonly option: KindOption;
}

/** Something that feeds timelines, core's own or a plugin's. */
export interface Source {
  /** Unique: `core`'s are `activities` and `changes`, a plugin's `<plugin>:<id>`. */
  readonly name: string;
  readonly options: readonly KindOption[];
  /** @param request its `kinds` are names of options */
  read(call: TimelineCall, request: TimelineRequest): Promise<readonly FoundEntry[]>;
}
