import { isDeepStrictEqual } from 'node:util';
import type { Id } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../records/compiled-entity.js';
import { askToCreate, createParsed, createRecords } from '../records/create-records.js';
import { readableFields } from '../records/field-access.js';
import { readRecords } from '../records/get-records.js';
import { parseOptions, tryParseCreate, tryParsePatch, type ParseOptions } from '../records/parse-input.js';
import { valuesOf } from '../records/present-record.js';
import { createQuery } from '../records/record-query.js';
import type { RecordScope } from '../records/record-scope.js';
import { belongingOf, isWithinReach, reachFor, requireReach } from '../records/rights.js';
import { hasTags } from '../records/tags/tag.js';
import { askToUpdate, updateRecords } from '../records/update-records.js';
import type { FoundRecord, ImportRecords, RecordChange, RecordJson, StoredJson } from './engine/import-ports.js';
import { valueAt } from './mapping/value-at.js';
import { namesNewTag, tagImported, withoutTags, type TaggedRow } from './tag-imported.js';

/**
 * The record layer as imports use it. @param scopeOf the scope of an entity's module, inside the transaction of the set
 * @param withTags whether the mapping fills tags, so that records are read with theirs
 */
export function importRecords(scopeOf: (entity: CompiledEntity) => RecordScope, withTags: boolean): ImportRecords {
  // Reading an input costs more than all else about it, so what was checked is not read again within its transaction.
  const checked = new Map<RecordJson, Map<string, unknown>>();
  const options = new Map<CompiledEntity, ParseOptions>();
  const optionsFor = (entity: CompiledEntity): ParseOptions => {
    const known = options.get(entity) ?? parseOptions(scopeOf(entity), entity);
    options.set(entity, known);
    return known;
  };
  return {
    check(entity, values, verb) {
      const parse = verb === 'create' ? tryParseCreate : tryParsePatch;
      const parsed = parse(entity, withoutTags(entity, values), optionsFor(entity));
      if (verb === 'create' && parsed.problems.length === 0) checked.set(values, parsed.values);
      return parsed.problems;
    },
    findByField: (entity, path, values) => findByField(scopeOf(entity), entity, path, values),
    load: (entity, ids) => load(scopeOf(entity), entity, ids, withTags),
    async createMany(entity, inputs) {
      const known = inputs.map((input) => checked.get(input)).filter((values) => values !== undefined);
      for (const input of inputs) checked.delete(input);
      const records =
        known.length === inputs.length
          ? await createParsed(scopeOf(entity), entity, known)
          : await createRecords(scopeOf(entity), entity, inputs.map(plainOf(entity)));
      const ids = records.map(({ id }) => id);
      await tagImported(scopeOf(entity), entity, newRows(ids, inputs));
      return ids;
    },
    updateMany: (entity, changes) => updateMany(scopeOf(entity), entity, changes),
    askToCreate: (entity, inputs) => askToCreate(scopeOf(entity), entity, inputs.map(plainOf(entity))),
    askToUpdate: (entity, changes) =>
      askToUpdate(
        scopeOf(entity),
        entity,
        changes.map(({ id, patch }) => ({ id, patch: withoutTags(entity, patch) })),
      ),
    preview: (entity, before, patch) => preview(scopeOf(entity), entity, before, patch),
    mayCreate: (entity, inputs) => mayCreate(scopeOf(entity), entity, inputs),
  };
}

function plainOf(entity: CompiledEntity): (values: RecordJson) => RecordJson {
  return (values) => withoutTags(entity, values);
}

function newRows(ids: readonly Id[], inputs: readonly RecordJson[]): readonly TaggedRow[] {
  return ids.map((id, place) => ({ record: { id, version: 1 }, values: inputs[place] ?? {} }));
}

/** Values asked for at once. Some may be shared, so there is room for more records than values. */
const valuesAtOnce = 900;
/** Records that a query gives at most. */
const mostRecords = 1000;

async function findByField(
  scope: RecordScope,
  entity: CompiledEntity,
  path: string,
  values: readonly unknown[],
): Promise<readonly FoundRecord[]> {
  const wanted = new Set(values);
  const found: FoundRecord[] = [];
  for (let at = 0; at < values.length; at += valuesAtOnce) {
    const records = await recordsWith(scope, entity, path, values.slice(at, at + valuesAtOnce));
    found.push(...records.flatMap((record) => findsIn(record, path, wanted)));
  }
  return found;
}

function findsIn(record: RecordJson, path: string, wanted: ReadonlySet<unknown>): FoundRecord[] {
  const values = valueAt(record, path).filter((value) => wanted.has(value));
  return values.map((value) => ({ id: String(record['id']), value }));
}

/** When there may be more records than a query gives, half of the values are asked for at a time, down to a single one. */
async function recordsWith(
  scope: RecordScope,
  entity: CompiledEntity,
  path: string,
  values: readonly unknown[],
): Promise<readonly RecordJson[]> {
  const [name = path] = entity.fields.has(path) ? [path] : path.split('.');
  const records = await createQuery<StoredJson>(() => scope, entity)
    .where({ [path]: { in: values } })
    .select('id', name)
    .limit(mostRecords);
  if (records.length < mostRecords || values.length === 1) return records;
  const half = values.length >> 1;
  return [
    ...(await recordsWith(scope, entity, path, values.slice(0, half))),
    ...(await recordsWith(scope, entity, path, values.slice(half))),
  ];
}

async function load(
  scope: RecordScope,
  entity: CompiledEntity,
  ids: readonly Id[],
  isTagged = false,
): Promise<ReadonlyMap<Id, StoredJson>> {
  if (ids.length === 0) return new Map();
  requireReach(scope, entity, 'read');
  const fields = readableFields(scope, entity);
  const records = await readRecords(scope, entity, ids, { fields, withTags: isTagged && hasTags(entity) });
  return new Map(records.map((record) => [record.id, record]));
}

async function mayCreate(scope: RecordScope, entity: CompiledEntity, inputs: readonly RecordJson[]): Promise<boolean> {
  const { identity, generation } = scope;
  const reach = reachFor(scope, entity, 'create');
  if (reach === null || reach === 'all' || !entity.definition.owned) return reach !== null;
  const owners = new Set(inputs.map(({ owner = identity.userId }) => owner));
  const users = generation.entities.get('core.user');
  const maySeeUsers = users !== undefined && reachFor(scope, users, 'read') !== null;
  const known = maySeeUsers ? await load(scope, users, [...owners].filter(isText)) : new Map<Id, StoredJson>();
  return [...owners].every((owner) => {
    const team = isText(owner) ? known.get(owner)?.['team'] : null;
    return isWithinReach(identity, reach, { owner: isText(owner) ? owner : null, team: isText(team) ? team : null });
  });
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

async function updateMany(
  scope: RecordScope,
  entity: CompiledEntity,
  changes: readonly RecordChange[],
): Promise<ReadonlySet<Id>> {
  const versions = new Map(changes.map(({ id, version }) => [id, version]));
  const records = await updateRecords(
    scope,
    entity,
    changes.map(({ id, patch }) => ({ id, patch: withoutTags(entity, patch) })),
  );
  const patches = new Map(changes.map(({ id, patch }) => [id, patch]));
  const rows = records.map((record) => ({ record, values: patches.get(record.id) ?? {} }));
  const tagged = await tagImported(scope, entity, rows);
  const changed = records.filter((record) => record['version'] !== versions.get(record.id));
  return new Set([...changed.map(({ id }) => id), ...tagged]);
}

function preview(
  scope: RecordScope,
  entity: CompiledEntity,
  before: StoredJson,
  patch: RecordJson,
): 'forbidden' | 'changed' | 'unchanged' {
  if (!isWithinReach(scope.identity, reachFor(scope, entity, 'update'), belongingOf(before))) return 'forbidden';
  if (namesNewTag(entity, before, patch)) return 'changed';
  const { values } = tryParsePatch(entity, withoutTags(entity, patch), parseOptions(scope, entity));
  const old = valuesOf([...entity.fields.values()], before);
  return [...values].some(([path, value]) => !isDeepStrictEqual(value, old.get(path))) ? 'changed' : 'unchanged';
}
