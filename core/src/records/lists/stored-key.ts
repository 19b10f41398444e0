import { createHash } from 'node:crypto';
import type { CompiledField } from '../compiled-entity.js';

/**
 * Name of a list's entries in the column of stored lists. It names their shape too: what was stored for another declaration is never read.
 * Null for a list that a plugin added to an entity of another module: records change while the plugin is disabled.
 */
export function storedKey(plugin: string | null, name: string, items: readonly CompiledField[]): string | null {
  if (plugin !== null) return null;
  const shape = items.map((item) => [item.name, item.column, item.field.kind, item.field.default, item.field.scale]);
  return `${name}:${createHash('sha256').update(JSON.stringify(shape)).digest('hex').slice(0, 6)}`;
}
