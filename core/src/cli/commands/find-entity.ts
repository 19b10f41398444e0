import { StartError } from '@trellis-crm/config';
import type { CompiledEntity } from '../../records/compiled-entity.js';

/** An entity by its id, noun or path: `core.contact`, `contact`, `contacts`. @throws StartError when no active module declares it */
export function findEntity(entities: ReadonlyMap<string, CompiledEntity>, name: string): CompiledEntity {
  const found =
    entities.get(name) ??
    [...entities.values()].find(({ path, definition }) => name === path || name === definition.noun);
  if (found !== undefined) return found;
  const known = [...entities.values()].map(({ definition, path }) => `${definition.id} (${path})`).join(', ');
  const fix = `use one of ${known}`;
  throw new StartError(`There is no entity "${name}"`, { reason: 'no active module declares it', fix, exitCode: 2 });
}
