import { NotificationKinds, type NotificationKind } from '@trellis-crm/sdk';
import type { Generation } from '../kernel/generation.js';

/** A kind with the module that contributed it. */
export interface KnownKind extends NotificationKind {
  readonly module: string;
}

/** The kinds of a generation by id, worked out once. */
export function kindsOf(generation: Generation): ReadonlyMap<string, KnownKind> {
  let kinds = known.get(generation);
  if (kinds === undefined) {
    const contributed = generation.contributions.get(NotificationKinds.id) ?? [];
    // The host checked each value against the extension point.
    const all = contributed.map(({ module, value }) => ({ ...(value as NotificationKind), module }));
    kinds = new Map(all.filter(({ id, module }) => id.startsWith(`${module}.`)).map((kind) => [kind.id, kind]));
    known.set(generation, kinds);
  }
  return kinds;
}

const known = new WeakMap<Generation, ReadonlyMap<string, KnownKind>>();
