import type { Id } from '@trellis-crm/sdk';
import type { CompiledEntity } from './compiled-entity.js';
import { byId } from './get-records.js';
import type { WriteScope } from './record-scope.js';
import { sql } from './sql.js';
import { selectRows } from './statements/select-rows.js';

/** Values that records are to get, by path. */
interface Patched {
  readonly id: Id;
  readonly patch: ReadonlyMap<string, unknown>;
}

/** Records whose new values refer to something that is gone. One query per entity referred to. */
export async function findUnfit(
  scope: WriteScope,
  entity: CompiledEntity,
  patched: readonly Patched[],
): Promise<ReadonlySet<Id>> {
  const references = patched.flatMap((one) => referencesOf(entity, one));
  const unfit = new Set<Id>();
  for (const [targetId, group] of Map.groupBy(references, ({ target }) => target)) {
    const target = scope.generation.entities.get(targetId);
    const alive =
      target === undefined
        ? new Set<Id>()
        : await aliveOf(
            scope,
            target,
            group.map(({ to }) => to),
          );
    for (const { id, to } of group) if (!alive.has(to)) unfit.add(id);
  }
  return unfit;
}

interface FutureReference {
  readonly id: Id;
  readonly target: string;
  readonly to: Id;
}

function referencesOf(entity: CompiledEntity, { id, patch }: Patched): FutureReference[] {
  return [...patch].flatMap(([path, value]) => {
    const field = entity.fields.get(path);
    if (field === undefined) return [];
    if (field.target !== null) return typeof value === 'string' ? [{ id, target: field.target, to: value }] : [];
    const entries: readonly unknown[] = Array.isArray(value) ? value : [];
    const items = field.list?.items ?? [];
    return entries.flatMap((entry) =>
      items.flatMap(({ name, target }) => {
        const to: unknown = typeof entry === 'object' && entry !== null ? Reflect.get(entry, name) : null;
        return target !== null && typeof to === 'string' ? [{ id, target, to }] : [];
      }),
    );
  });
}

async function aliveOf(scope: WriteScope, target: CompiledEntity, ids: readonly Id[]): Promise<ReadonlySet<Id>> {
  const conditions = [byId([...new Set(ids)]), sql('r."deleted_at" is null')];
  const rows = await selectRows(scope, target, { columns: ['r."id"'], conditions });
  return new Set(rows.map(([id]) => String(id)));
}
