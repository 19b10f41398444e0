import { PluginError } from '@trellis-crm/sdk';
import semver from 'semver';

/** A plugin as far as its dependencies go. */
export interface Dependent {
  readonly id: string;
  readonly version: string;
  readonly requires: Readonly<Record<string, string>>;
  readonly optional: Readonly<Record<string, string>>;
}

/** What stands between a plugin and its start, in words for people; empty when nothing does. */
export function findConflicts(
  plugin: Dependent,
  others: ReadonlyMap<string, Pick<Dependent, 'version'>>,
): readonly string[] {
  const required = Object.entries(plugin.requires).flatMap(([id, range]) => {
    const other = others.get(id);
    if (other === undefined) return [`${plugin.id} requires ${id} ${range}, which is not active`];
    return fits(other, range) ? [] : [`${plugin.id} requires ${id} ${range}, but ${other.version} is there`];
  });
  const used = Object.entries(plugin.optional).flatMap(([id, range]) => {
    const other = others.get(id);
    return other === undefined || fits(other, range)
      ? []
      : [`${plugin.id} works with ${id} ${range} only, but ${other.version} is there`];
  });
  return [...required, ...used];
}

/** @throws PluginError `conflict` that names everything in the way */
export function assertNoConflicts(plugin: Dependent, others: ReadonlyMap<string, Pick<Dependent, 'version'>>): void {
  const conflicts = findConflicts(plugin, others);
  if (conflicts.length > 0)
    throw new PluginError('plugin_conflict', { module: plugin.id, conflicts }, { message: conflicts.join('; ') });
}

/** Plugins so that each comes after those it requires or uses; otherwise by id. @throws PluginError `circular_dependency` */
export function inDependencyOrder<T extends Dependent>(plugins: readonly T[]): readonly T[] {
  const byId = new Map(plugins.map((plugin) => [plugin.id, plugin]));
  const ordered: T[] = [];
  const visit = (plugin: T, path: readonly string[]): void => {
    if (ordered.includes(plugin)) return;
    if (path.includes(plugin.id)) throw circular([...path, plugin.id]);
    for (const id of [...Object.keys(plugin.requires), ...Object.keys(plugin.optional)].sort()) {
      const other = byId.get(id);
      if (other !== undefined) visit(other, [...path, plugin.id]);
    }
    ordered.push(plugin);
  };
  for (const plugin of plugins.toSorted((a, b) => (a.id < b.id ? -1 : 1))) visit(plugin, []);
  return ordered;
}

/** Plugins among `active` that cannot do without the given one, directly or through others; those to be switched off first come first. */
export function dependentsOf<T extends Dependent>(id: string, active: readonly T[]): readonly T[] {
  const found = new Set([id]);
  for (const plugin of inDependencyOrder(active)) {
    if (Object.keys(plugin.requires).some((required) => found.has(required))) found.add(plugin.id);
  }
  found.delete(id);
  return inDependencyOrder(active)
    .filter((plugin) => found.has(plugin.id))
    .toReversed();
}

function fits(plugin: Pick<Dependent, 'version'>, range: string): boolean {
  return semver.satisfies(plugin.version, range, { includePrerelease: true });
}

function circular(path: readonly string[]): PluginError {
  return new PluginError(
    'circular_dependency',
    { path },
    { message: `Plugins require each other in a circle: ${path.join(' → ')}` },
  );
}
