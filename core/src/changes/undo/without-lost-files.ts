import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { filesIn } from '../../records/files/file-fields.js';
import type { ChangeSetProblem } from '../change-set.js';
import { leftOut } from './undo-problems.js';

/** What a record gets back, and what it does not. */
export interface Plan {
  readonly id: Id;
  readonly patch: ReadonlyMap<string, unknown>;
  readonly problems: readonly ChangeSetProblem[];
}

/** Files that were taken out go for good after a while; those that are left come back, with everything else of their record. */
export async function withoutLostFiles(
  trx: Knex,
  entity: CompiledEntity,
  plans: readonly Plan[],
): Promise<readonly Plan[]> {
  const ids = plans
    .flatMap(({ patch }) => entity.files.flatMap(({ path }) => filesIn(patch.get(path))))
    .map(({ id }) => id);
  if (ids.length === 0) return plans;
  const { rows } = await trx.raw<{ rows: { id: Id }[] }>(
    'select id from core.files where id = any(?::uuid[]) order by id for key share',
    [ids],
  );
  const there = new Set(rows.map(({ id }) => id));
  return plans.map((plan) => withFiles(entity, plan, there));
}

function withFiles(entity: CompiledEntity, { id, patch, problems }: Plan, there: ReadonlySet<Id>): Plan {
  const left = new Map(patch);
  const lost: ChangeSetProblem[] = [];
  for (const { path } of entity.files) {
    const files = filesIn(patch.get(path));
    const found = files.filter((file) => there.has(file.id));
    if (found.length === files.length) continue;
    left.set(path, found);
    lost.push(leftOut({ entity: entity.definition.id, recordId: id }, 'file_absent', path));
  }
  return { id, patch: left, problems: [...problems, ...lost] };
}
