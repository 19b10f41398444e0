import { field, type Field, type FieldMap } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';

/** One field of an entity as pages address it: an own one, a standard one (`owner`, `updatedAt` …) or a plugin's (`sales.territory`). */
export interface EntityField {
  /** Name in addresses, forms and JSON pointers: `amount`, `sales.territory`. */
  readonly path: string;
  /** Module whose catalogue has its label. */
  readonly module: string;
  /** Name without the plugin's id. */
  readonly name: string;
  readonly field: Field;
  /** The value in a record as core returns it; null when empty. */
  readonly valueIn: (record: RecordValues) => unknown;
}

/** A record whose entity is only known at run time. */
export type RecordValues = Readonly<Record<string, unknown>>;

/** Finds a field by its path. @returns undefined for a name the entity does not have (a view may name a field of an absent plugin) */
export function findField(entity: CompiledEntity, path: string): EntityField | undefined {
  const { definition } = entity;
  const declared = ownEntry(definition.fields, path);
  const own = declared ?? standardField(entity, path);
  if (own === undefined) return findExtended(entity, path);
  const module = declared === undefined ? 'core' : definition.module;
  return { path, module, name: path, field: own, valueIn: (record) => record[path] ?? null };
}

function findExtended(entity: CompiledEntity, path: string): EntityField | undefined {
  const [plugin = '', name = ''] = path.split('.');
  const field = ownEntry(entity.extensions.get(plugin)?.fields ?? {}, name);
  return field && { path, module: plugin, name, field, valueIn: (record) => nested(record, plugin)[name] ?? null };
}

/** The name may come from an address: `toString` is a property of every object, but no field. */
function ownEntry(fields: FieldMap, name: string): Field | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** The fields a view names, in its order, without those that do not exist (any more). */
export function fieldsOf(entity: CompiledEntity, paths: readonly string[]): EntityField[] {
  return paths.flatMap((path) => findField(entity, path) ?? []);
}

/** Fields of details and forms: those of `views.form`, else all own ones, and the owner where there is one. */
export function formFields(entity: CompiledEntity): EntityField[] {
  const { definition } = entity;
  const named = definition.views?.form ?? Object.keys(definition.fields);
  const paths = definition.owned && !named.includes('owner') ? [...named, 'owner'] : named;
  return fieldsOf(entity, paths);
}

/** Whether the value is made of entries, which are edited in the whole form. */
export function hasEntries({ field: { kind } }: EntityField): boolean {
  return kind === 'list' || kind === 'links' || kind === 'files';
}

/** Paths of the refs that a field is or that the entries of a list field hold. */
export function refsWithin({ path, field: declared }: EntityField): string[] {
  if (declared.kind === 'ref') return [path];
  if (declared.kind === 'links' || declared.kind === 'files') return [];
  return Object.entries(declared.item ?? {}).flatMap(([name, { kind }]) => (kind === 'ref' ? [`${path}.${name}`] : []));
}

/** Fields that plugins added, by plugin id, each in the order of its declaration. */
export function extensionFields(entity: CompiledEntity): { readonly plugin: string; readonly fields: EntityField[] }[] {
  return [...entity.extensions].map(([plugin, { fields }]) => ({
    plugin,
    fields: fieldsOf(
      entity,
      Object.keys(fields).map((name) => `${plugin}.${name}`),
    ),
  }));
}

/** What a record is called. */
export function titleOf({ definition }: CompiledEntity, record: RecordValues): string {
  return asText(record[definition.title]);
}

/** A plain value as text; objects and empty values say nothing. */
export function asText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** Address of a record's page. */
export function addressOf({ path }: CompiledEntity, record: RecordValues): string {
  return `/${path}/${asText(record['id'])}`;
}

/** Every field a list may show or filter by. */
export function allFields(entity: CompiledEntity): EntityField[] {
  const standard = standardNames.flatMap((name) => findField(entity, name) ?? []);
  const extended = extensionFields(entity).flatMap(({ fields }) => fields);
  return [...fieldsOf(entity, Object.keys(entity.definition.fields)), ...extended, ...standard];
}

/** Id of the entity a ref points at. */
export function targetOf(entity: CompiledEntity, { target }: Field): string {
  if (target === undefined || target === 'self') return entity.definition.id;
  return typeof target === 'string' ? target : target.id;
}

const user = field.ref('core.user', { onDelete: 'clear' });
const ownedFields: Readonly<Record<string, Field>> = {
  owner: user,
  team: field.ref('core.team', { onDelete: 'clear', readOnly: true }),
};
const recordFields: Readonly<Record<string, Field>> = {
  createdAt: field.dateTime({ readOnly: true }),
  updatedAt: field.dateTime({ readOnly: true }),
};
const standardNames = [...Object.keys(ownedFields), ...Object.keys(recordFields)];

function standardField(entity: CompiledEntity, name: string): Field | undefined {
  return ownEntry(recordFields, name) ?? (entity.definition.owned ? ownEntry(ownedFields, name) : undefined);
}

function nested(record: RecordValues, plugin: string): RecordValues {
  const values = record[plugin];
  return typeof values === 'object' && values !== null ? (values as RecordValues) : {};
}
