import { MalformedError, Type, Uuid, ValidationError, type EntityVerb, type Id, type Static } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { fillFiles } from '../../records/files/fill-files.js';
import { matchingTrash } from '../../records/list-trash.js';
import { matchingRecords, type MatchParameters } from '../../records/matching.js';
import { parseOptions, tryParsePatch } from '../../records/parse-input.js';
import type { RecordScope } from '../../records/record-scope.js';
import { checkReferences } from '../../records/references.js';
import { requireReach } from '../../records/rights.js';
import type { Sql } from '../../records/sql.js';
import { hasTags } from '../../records/tags/tag.js';
import { checkedNames } from '../../records/tags/tag-store.js';

/** Records named at once; a list may be longer. */
const mostIds = 10_000;

/** Body of `POST …/bulk`. */
export const BulkBody = Type.Object(
  {
    action: Type.Union(
      (['update', 'delete', 'restore', 'tag', 'untag'] as const).map((action) => Type.Literal(action)),
    ),
    /** Records by id. */
    ids: Type.Optional(Type.Array(Uuid, { minItems: 1, maxItems: mostIds })),
    /** In place of ids: parameters of the list (`filter[…]`, `where`, `q`) whose records are all meant; for `restore` of the trash, which has no `q`. */
    matching: Type.Optional(Type.Record(Type.String(), Type.String())),
    /** Merge patch for `update`. */
    set: Type.Optional(Type.Object({}, { additionalProperties: true })),
    /** Names for `tag` and `untag`; those that are new are made. */
    tags: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 80 }), { minItems: 1, maxItems: 20 })),
  },
  { additionalProperties: false },
);

/** What is to be done with many records. */
export type BulkRequest = Static<typeof BulkBody>;

/** What a change set keeps of it. */
export interface BulkInput {
  readonly action: BulkRequest['action'];
  readonly matching: MatchParameters | null;
  readonly set: Readonly<Record<string, unknown>> | null;
  /** Absent in what was asked for before there were tags. */
  readonly tags?: readonly string[] | null;
}

/** The right that each action asks for. */
export const verbOf: Readonly<Record<BulkRequest['action'], EntityVerb>> = {
  update: 'update',
  delete: 'delete',
  restore: 'delete',
  tag: 'update',
  untag: 'update',
};

/**
 * Makes sure that a request can be done at all, before a job takes it.
 * @throws MalformedError `ids_or_matching`, `invalid_query`, ForbiddenError, ValidationError
 */
export async function checkBulk(scope: RecordScope, entity: CompiledEntity, request: BulkRequest): Promise<void> {
  const { action, ids, matching, set } = request;
  if ((ids === undefined) === (matching === undefined))
    throw new MalformedError('ids_or_matching', {}, { message: 'Give either "ids" or "matching"' });
  const verb = verbOf[action];
  if (entity.definition.without?.some((part) => part === verb) === true)
    throw new MalformedError('action_unknown', { action }, { message: `"${action}" is not possible here` });
  requireReach(scope, entity, verb);
  if (matching !== undefined) meantRecords(scope, entity, action, matching);
  if (action === 'update') await checkSet(scope, entity, set);
  checkTags(entity, request);
}

/** Condition on the records that parameters of a list mean; for `restore` those of the trash. @throws ForbiddenError, MalformedError `invalid_query` */
export function meantRecords(
  scope: RecordScope,
  entity: CompiledEntity,
  action: BulkRequest['action'],
  matching: MatchParameters,
): Sql {
  if (action !== 'restore') return matchingRecords(scope, entity, matching);
  return matchingTrash(scope, entity, new URLSearchParams(Object.entries(matching)));
}

function checkTags(entity: CompiledEntity, { action, tags = [] }: BulkRequest): void {
  if (action !== 'tag' && action !== 'untag') return;
  if (!hasTags(entity))
    throw new MalformedError('action_unknown', { action }, { message: `"${action}" is not possible here` });
  const none = { pointer: '/tags', code: 'required', message: 'names no tag' };
  if (tags.length === 0) throw new ValidationError('invalid_tag', {}, { errors: [none] });
  checkedNames(tags);
}

async function checkSet(scope: RecordScope, entity: CompiledEntity, set: BulkRequest['set']): Promise<void> {
  const { values, problems } = tryParsePatch(entity, set ?? {}, parseOptions(scope, entity));
  const none = { pointer: '/set', code: 'required', message: 'names no field' };
  const errors = values.size === 0 && problems.length === 0 ? [none] : problems;
  if (errors.length > 0) throw new ValidationError('invalid_record', {}, { errors });
  await fillFiles(scope, entity, [{ values, prefix: '' }]);
  const draft = { values, changed: new Set(values.keys()), prefix: '' };
  await scope.inUnit((tx) => checkReferences(tx, entity, [draft]));
}

/** The ids of a request, each once. */
export function idsOf({ ids = [] }: BulkRequest): readonly Id[] {
  return [...new Set(ids.map((id) => id.toLowerCase()))];
}
