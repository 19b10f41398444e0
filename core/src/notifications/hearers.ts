import type { PermissionKey } from '@trellis-crm/sdk';
import { Roles } from '../auth/roles.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import type { Workspace } from '../workspace/workspace.js';

/** A change of a record, by the paths of what changed. */
interface Change {
  readonly entity: string;
  readonly changed: readonly string[];
}

/** Says whether somebody with a role may see anything of what changed: of fields hidden from them they do not even hear that they differ. */
export async function hearersOf(
  workspace: Workspace,
  changes: readonly Change[],
): Promise<(change: Change, role: string) => boolean> {
  const generation = workspace.generation();
  const needed = (change: Change): readonly PermissionKey[] | null =>
    neededFor(generation.entities.get(change.entity), change.changed);
  if (changes.every((change) => needed(change) === null)) return () => true;
  const roles = workspace.container.resolve(Roles);
  const all = await roles.all();
  const grants = new Map(
    await Promise.all(all.map(async ({ key }) => [key, await roles.grants(generation, key)] as const)),
  );
  return (change, role) => needed(change)?.some((permission) => grants.get(role)?.has(permission) === true) ?? true;
}

/** Rights of which one is enough; null when something changed that everybody may see who sees the record. */
function neededFor(entity: CompiledEntity | undefined, changed: readonly string[]): readonly PermissionKey[] | null {
  const permissions = changed.map((path) => entity?.fields.get(path)?.permissions ?? null);
  return permissions.includes(null) ? null : permissions.flatMap((one) => one?.read ?? []);
}
