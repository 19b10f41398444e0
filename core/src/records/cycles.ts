import { ValidationError, type Problem } from '@trellis-crm/sdk';
import type { CompiledEntity, CompiledField } from './compiled-entity.js';
import { quoted } from './names.js';
import { pointerOf } from './parse-input.js';
import type { WriteScope } from './record-scope.js';
import type { Draft } from './references.js';

/** Refuses a record that would stand above itself: one query per ref of the entity to itself. @throws ValidationError `circular` */
export async function checkCycles(
  scope: WriteScope,
  entity: CompiledEntity,
  drafts: readonly MovedRecord[],
): Promise<void> {
  const problems: Problem[] = [];
  for (const field of selfRefs(entity)) {
    const moved = drafts.filter(({ changed }) => changed.has(field.path));
    const circular = moved.length === 0 ? new Set<string>() : await findCircular(scope, entity, field, moved);
    for (const { id, prefix } of moved) {
      if (circular.has(id))
        problems.push({
          pointer: `${prefix}${pointerOf(field)}`,
          code: 'circular',
          message: 'leads back to this record',
        });
    }
  }
  if (problems.length > 0) throw new ValidationError('invalid_record', {}, { errors: problems });
}

/** Own refs of an entity to itself: its tree. */
export function selfRefs(entity: CompiledEntity): CompiledField[] {
  return [...entity.fields.values()].filter(
    ({ target, isSystem, plugin }) => target === entity.definition.id && !isSystem && plugin === null,
  );
}

type MovedRecord = Draft & { readonly id: string };

/** Walks up from each new target, reading what this change set is about to write instead of what is stored. */
async function findCircular(
  scope: WriteScope,
  entity: CompiledEntity,
  field: CompiledField,
  moved: readonly MovedRecord[],
): Promise<ReadonlySet<string>> {
  // Two who move different records would not see each other's half of a circle.
  await scope.db.raw('select pg_advisory_xact_lock(hashtext(?))', [`circle ${entity.definition.id} ${field.path}`]);
  const rows = moved.map(({ id, values }) => ({ id, target: values.get(field.path) }));
  const result: { readonly rows: readonly { readonly id: string }[] } = await scope.db.raw(
    `with recursive moved as (select * from jsonb_to_recordset(?::jsonb) as m(id uuid, target uuid)),
     above as (
       select id, target from moved
       union
       select above.id, case when m.id is null then t.${quoted(field.column)} else m.target end
       from above join ${quoted(entity.schemaName, entity.tableName)} t on t.id = above.target left join moved m on m.id = t.id
       where above.target <> above.id
     )
     select distinct id from above where target = id`,
    [JSON.stringify(rows)],
  );
  return new Set(result.rows.map(({ id }) => id));
}
