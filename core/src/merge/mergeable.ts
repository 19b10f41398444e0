import { User } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../records/compiled-entity.js';

/** Whether records of an entity can become one: they can be changed and deleted. Users hand over what they have instead. */
export function isMergeable({ definition }: CompiledEntity): boolean {
  const without = definition.without ?? [];
  return definition.id !== User.id && !without.includes('update') && !without.includes('delete');
}
