import type { Id } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import type { PresentedRecord } from '../../records/present-record.js';
import type { WriteScope } from '../../records/record-scope.js';
import { hasTags, tagsPath } from '../../records/tags/tag.js';
import { tagRecords, type TagChange } from '../../records/tags/tag-records.js';
import { tagsById } from '../../records/tags/tag-store.js';
import type { ChangeSetProblem } from '../change-set.js';
import type { FoldedChange } from './past-change.js';
import { leftOut } from './undo-problems.js';

/** Takes the tags off that a change set gave, and gives back those it took; what others did with other tags stays. */
export async function takeBackTags(
  scope: WriteScope,
  entity: CompiledEntity,
  records: readonly PresentedRecord[],
  folded: ReadonlyMap<Id, FoldedChange>,
): Promise<readonly ChangeSetProblem[]> {
  const changes = new Map(records.flatMap(({ id }) => changeBack(entity, folded.get(id))));
  if (changes.size === 0) return [];
  const returning = [...changes.values()].flatMap(({ add }) => add);
  const known = new Set((await tagsById(scope.db, [...new Set(returning)])).map(({ id }) => id));
  const concerned = records.filter(({ id }) => changes.has(id));
  await tagRecords(scope, entity, concerned, (id) => changes.get(id) ?? {});
  return concerned.flatMap(({ id }) => {
    const isWhole = (changes.get(id)?.add ?? []).every((tag) => known.has(tag));
    return isWhole ? [] : [leftOut({ entity: entity.definition.id, recordId: id }, 'tag_absent', tagsPath)];
  });
}

function changeBack(
  entity: CompiledEntity,
  change: FoldedChange | undefined,
): readonly (readonly [Id, Required<TagChange>])[] {
  const tags = hasTags(entity) ? change?.fields.get(tagsPath) : undefined;
  if (change === undefined || tags === undefined) return [];
  const [from, to] = [idsIn(tags.from), idsIn(tags.to)];
  const back = { add: from.filter((id) => !to.includes(id)), remove: to.filter((id) => !from.includes(id)) };
  return [[change.recordId, back]];
}

/** As the audit log names tags. */
function idsIn(value: unknown): readonly Id[] {
  return Array.isArray(value) ? (value as readonly { readonly id: Id }[]).map(({ id }) => id) : [];
}
