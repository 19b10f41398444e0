import { completenessPath, hasCompleteness } from '../completeness/completeness-part.js';
import type { CompiledEntity } from './compiled-entity.js';
import { hasTags, tagsPath } from './tags/tag.js';

/** Whether a name stands for something that reads tell beside the fields when `include` asks for it. */
export function isBeside(entity: CompiledEntity, name: string): boolean {
  return (name === tagsPath && hasTags(entity)) || (name === completenessPath && hasCompleteness(entity));
}
