import type { GuardedChange } from '@trellis-crm/sdk';
import type { Guard } from '../kernel/registrations.js';
import type { CompiledEntity } from './compiled-entity.js';
import type { PresentedRecord } from './present-record.js';
import type { WriteScope } from './record-scope.js';

/** A record before and after the change a guard looks at. */
export interface WatchedChange {
  readonly before: PresentedRecord | null;
  readonly after: PresentedRecord | null;
}

/** Whether modules watch over this change, so that the records must be read for them. */
export function hasGuards(
  { generation }: Pick<WriteScope, 'generation'>,
  entity: CompiledEntity,
  verb: Guard['verb'],
): boolean {
  return guardsOf(generation, entity, verb).length > 0;
}

/** Asks the guards of a change, one after the other; the first that throws refuses it. */
export async function runGuards(
  scope: WriteScope,
  entity: CompiledEntity,
  verb: Guard['verb'],
  changes: readonly WatchedChange[],
): Promise<void> {
  // The guard's own entity type was erased when it registered; it gets records of that very entity.
  for (const guard of guardsOf(scope.generation, entity, verb)) {
    await scope.runGuard(guard, changes as unknown as readonly GuardedChange<unknown>[]);
  }
}

function guardsOf(
  generation: WriteScope['generation'],
  { definition }: CompiledEntity,
  verb: Guard['verb'],
): readonly Guard[] {
  return generation.guards.get(`${definition.id}:${verb}`) ?? [];
}
