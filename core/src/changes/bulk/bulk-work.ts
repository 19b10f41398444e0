import { PluginError, type Id } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { fillFiles } from '../../records/files/fill-files.js';
import { lockRecords, readRecords } from '../../records/get-records.js';
import { parseOptions, tryParsePatch } from '../../records/parse-input.js';
import type { WriteScope } from '../../records/record-scope.js';
import { restoreSets } from '../../records/restore-records.js';
import { reachFor, withinReach } from '../../records/rights.js';
import { allOf, sql } from '../../records/sql.js';
import { ensureTags, tagsNamed } from '../../records/tags/tag-store.js';
import { tagRecords } from '../../records/tags/tag-records.js';
import { trashHeld } from '../../records/trash-records.js';
import { updateParsed } from '../../records/update-records.js';
import type { ChangeSet, ChangeSetProblem } from '../change-set.js';
import { admitRecords, judge } from '../engine/admit-records.js';
import type { ChangeUnit, RowWork } from '../engine/row-work.js';
import { meantRecords, type BulkInput } from './bulk-request.js';
import { listMatching } from './list-items.js';

/** Kinds of change sets that bulk changes make, by their action. */
export const bulkKinds: Readonly<Record<BulkInput['action'], string>> = {
  update: 'bulk-update',
  delete: 'bulk-delete',
  restore: 'bulk-restore',
  tag: 'bulk-tag',
  untag: 'bulk-untag',
};

/** One change to many records: those on a list of ids, or all that a list goes through. Rows are records. */
export const bulkWork: RowWork = {
  async list(unit, set) {
    const entity = entityOf(unit, set);
    const { matching, action } = inputOf(set);
    if (matching === null) return;
    await unit.within(entity, (scope) =>
      listMatching(unit.trx, set.id, entity, meantRecords(scope, entity, action, matching)),
    );
  },
  apply(unit, set, items) {
    const entity = entityOf(unit, set);
    return unit.within(entity, (scope) => acts[inputOf(set).action](scope, entity, items, inputOf(set)));
  },
  subject: async (_, { entity }, item) => ({ entity, recordId: item }),
};

function entityOf({ generation }: ChangeUnit, { entity: id }: ChangeSet): CompiledEntity {
  const entity = generation.entities.get(id);
  if (entity === undefined) throw new PluginError('entity_absent', { entity: id });
  return entity;
}

/** Written by whoever submitted the change set, in this very form. */
function inputOf({ input }: ChangeSet): BulkInput {
  return input as unknown as BulkInput;
}

type Act = (
  scope: WriteScope,
  entity: CompiledEntity,
  ids: readonly Id[],
  input: BulkInput,
) => Promise<readonly ChangeSetProblem[]>;

const acts: Readonly<Record<BulkInput['action'], Act>> = {
  async update(scope, entity, ids, { set }) {
    const { admitted, problems } = await admitRecords(scope, entity, ids, 'update');
    const { values } = tryParsePatch(entity, set ?? {}, parseOptions(scope, entity));
    const [patch = { values, prefix: '' }] = await fillFiles(scope, entity, [{ values, prefix: '' }]);
    const patches = new Map(admitted.map(({ id }) => [id, patch]));
    await updateParsed(
      scope,
      entity,
      admitted.map(({ id }) => ({ id })),
      patches,
    );
    return problems;
  },
  async delete(scope, entity, ids) {
    const { admitted, problems } = await admitRecords(scope, entity, ids, 'delete');
    await trashHeld(
      scope,
      entity,
      admitted.map(({ id }) => id),
    );
    return problems;
  },
  async tag(scope, entity, ids, { tags }) {
    const { admitted, problems } = await admitRecords(scope, entity, ids, 'update');
    if (admitted.length === 0) return problems;
    const { identity, clock } = scope;
    const made = await ensureTags(scope.db, tags ?? [], { userId: identity.userId, now: clock.now() });
    const add = made.map(({ id }) => id);
    await tagRecords(scope, entity, admitted, () => ({ add }));
    return problems;
  },
  async untag(scope, entity, ids, { tags }) {
    const { admitted, problems } = await admitRecords(scope, entity, ids, 'update');
    const remove = (await tagsNamed(scope.db, tags ?? [])).map(({ id }) => id);
    await tagRecords(scope, entity, admitted, () => ({ remove }));
    return problems;
  },
  async restore(scope, entity, ids) {
    const isVisible = withinReach(scope.identity, entity, reachFor(scope, entity, 'read'));
    const condition = allOf([sql('r."deleted_at" is not null'), isVisible]);
    await lockRecords(scope, entity, ids, { condition, isDeletion: true });
    const records = await readRecords(scope, entity, ids, { condition });
    const known = new Set(records.map(({ id }) => id));
    const back = await alreadyBack(
      scope,
      entity,
      ids.filter((id) => !known.has(id)),
    );
    const wanted = ids.filter((id) => !back.has(id));
    const { admitted, problems } = judge(scope, entity, { ids: wanted, records, verb: 'delete' });
    await restoreSets(
      scope,
      entity,
      admitted.map(({ id }) => id),
    );
    return problems;
  },
};

/** Those that came back with others before it was their turn. */
async function alreadyBack(scope: WriteScope, entity: CompiledEntity, ids: readonly Id[]): Promise<ReadonlySet<Id>> {
  if (ids.length === 0) return new Set();
  return new Set((await readRecords(scope, entity, ids)).map(({ id }) => id));
}
