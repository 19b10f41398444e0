import { type CreateOf, type Id, type RecordOf, type Activity } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { CompiledEntity, CompiledField } from '../records/compiled-entity.js';
import { isLinks, linksIn } from '../records/links.js';
import { quoted } from '../records/names.js';
import { presentValues, valuesOf } from '../records/present-record.js';
import { referencesOf, type Reference } from '../records/references.js';

type Task = RecordOf<typeof Activity>;

/** What has to be known to make the next ones of tasks. */
export interface CopyRules {
  readonly activity: CompiledEntity;
  readonly entities: ReadonlyMap<string, CompiledEntity>;
  /** Whether the actor may write a field that needs a right of its own. */
  readonly mayWrite: (field: CompiledField) => boolean;
}

/** What belongs to one time only. */
const ofOneTime: ReadonlySet<string> = new Set(['occurredAt', 'dueAt', 'doneAt', 'remindAt', 'recurrence', 'outcome']);

/**
 * What stays of tasks from one time to the next, by their ids. What is in the trash by now or belongs to a module that is not active
 * cannot be referred to anew and is left out; without an owner who is still there, the next one falls to whoever did this one.
 */
export async function copiesOf(
  trx: Knex,
  rules: CopyRules,
  tasks: readonly Task[],
): Promise<ReadonlyMap<Id, CreateOf<typeof Activity>>> {
  const fields = rules.activity.fieldList.filter((field) => isCopied(rules, field));
  const copies = tasks.map((task) => ({ id: task.id, values: valuesOf(fields, { ...task }) }));
  const changed = new Set(fields.map(({ path }) => path));
  const references = copies.flatMap(({ values }) => referencesOf(rules.activity, [{ values, changed, prefix: '' }]));
  const there = await findThere(trx, rules.entities, references);
  return new Map(copies.map(({ id, values }) => [id, inputOf(fields, values, there)]));
}

function isCopied({ mayWrite }: CopyRules, field: CompiledField): boolean {
  if (field.isSystem) return field.path === 'owner';
  const isPlain = field.field.kind !== 'files' && field.field.readOnly !== true;
  return isPlain && !ofOneTime.has(field.path) && (field.permissions === null || mayWrite(field));
}

/** What can be referred to, as `<entity> <id>`; who can own, as `owner <id>`. */
type There = ReadonlySet<string>;

async function findThere(
  trx: Knex,
  entities: ReadonlyMap<string, CompiledEntity>,
  references: readonly Reference[],
): Promise<There> {
  const wanted = Map.groupBy(references, ({ target, isOwner }) => (isOwner ? 'owner' : target));
  const pieces = [...wanted].flatMap(([key, group]) => {
    const entity = entities.get(group[0]?.target ?? '');
    if (entity === undefined) return [];
    const table = quoted(entity.schemaName, entity.tableName);
    const isActive = key === 'owner' ? `and status <> 'inactive'` : '';
    const text = `select ? || ' ' || id as key from ${table} where id = any(?::uuid[]) and deleted_at is null ${isActive}`;
    return [{ text, bindings: [key, group.map(({ id }) => id)] }];
  });
  if (pieces.length === 0) return new Set();
  const { rows } = await trx.raw<{ rows: { readonly key: string }[] }>(
    pieces.map(({ text }) => text).join(' union all '),
    pieces.flatMap(({ bindings }) => bindings),
  );
  return new Set(rows.map(({ key }) => key));
}

function inputOf(
  fields: readonly CompiledField[],
  values: ReadonlyMap<string, unknown>,
  there: There,
): CreateOf<typeof Activity> {
  const left = new Map(fields.map((field) => [field.path, leftOf(field, values.get(field.path), there)]));
  const given = fields.filter(({ path }) => left.get(path) !== undefined);
  const { id: _, ...input } = presentValues(given, left);
  // Its fields are those of the task.
  return input as unknown as CreateOf<typeof Activity>;
}

/** What of a value can be written anew; undefined for nothing. */
function leftOf(field: CompiledField, value: unknown, there: There): unknown {
  if (isLinks(field.field)) return linksIn(value).filter(({ entity, id }) => there.has(`${entity} ${id}`));
  const { list } = field;
  if (list !== null && Array.isArray(value))
    return (value as readonly Readonly<Record<string, unknown>>[]).filter((entry) =>
      list.items.every((item) => canRefer(item, entry[item.name], there)),
    );
  return field.plugin !== null && value === null ? undefined : refer(field, value, there);
}

function refer(field: CompiledField, value: unknown, there: There): unknown {
  return canRefer(field, value, there) ? value : undefined;
}

function canRefer({ target, isSystem }: CompiledField, value: unknown, there: There): boolean {
  return target === null || typeof value !== 'string' || there.has(`${isSystem ? 'owner' : target} ${value}`);
}
