import type { Generation } from '../kernel/generation.js';
import { importableEntity, targetOf } from './mapping/entity-fields.js';
import { isListSource, type ImportMapping, type RecordMapping } from './mapping/mapping.js';

/** Several files in an order in which each finds the records it refers to: accounts before the deals that name them. */
export function inImportOrder<F extends { readonly mapping: ImportMapping }>(
  files: readonly F[],
  generation: Generation,
): readonly F[] {
  const waiting = [...files];
  const ordered: F[] = [];
  while (waiting.length > 0) {
    const free = waiting.findIndex(
      (file) => !waiting.some((other) => other !== file && isNeeded(other, file, generation)),
    );
    ordered.push(...waiting.splice(Math.max(free, 0), 1));
  }
  return ordered;
}

type Mapped = { readonly mapping: ImportMapping };

/** Whether `file` refers to records that `other` makes and it does not make itself. */
function isNeeded(other: Mapped, file: Mapped, generation: Generation): boolean {
  const own = new Set(file.mapping.records.map(({ entity }) => entity));
  const made = other.mapping.records.map(({ entity }) => entity);
  const needed = file.mapping.records.flatMap((record) => targetsOf(record, generation));
  return needed.some((entity) => !own.has(entity) && made.includes(entity));
}

function targetsOf(record: RecordMapping, generation: Generation): readonly string[] {
  const target = importableEntity(generation, record.entity);
  return Object.entries(record.fields).flatMap(([name, mapping]) => {
    const declared = target?.fields.get(name);
    if (target === undefined || declared === undefined) return [];
    const items = Object.entries(declared.item ?? {}).filter(
      ([item]) => !isListSource(mapping) || mapping.entries.some((entry) => item in entry),
    );
    return [declared, ...items.map(([, item]) => item)].flatMap(
      (field) => targetOf(generation, target.entity, field)?.entity ?? [],
    );
  });
}
