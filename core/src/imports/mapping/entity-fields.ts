import { field, type Field, type FieldMap, type ImportTransform } from '@trellis-crm/sdk';
import type { Identity } from '../../auth/identity.js';
import type { Generation } from '../../kernel/generation.js';
import type { CompiledEntity, CompiledField } from '../../records/compiled-entity.js';
import { isFiles } from '../../records/files/file-fields.js';
import { hasTags, tagsPath } from '../../records/tags/tag.js';
import { tagColumn } from './tag-column.js';

/** What a mapping may fill of one entity. */
export interface ImportableEntity {
  readonly entity: CompiledEntity;
  /** By name in a mapping: own fields, `owner`, `<plugin>.<field>`, `tags`, columns of the transformation. */
  readonly fields: ReadonlyMap<string, Field>;
  /** Names that only services may write. */
  readonly readOnly: ReadonlySet<string>;
  /** Prepares the rows, with the module that contributed it. */
  readonly transform: ContributedTransform | null;
}

/** A contribution to the import of one entity. */
export interface ContributedTransform {
  readonly module: string;
  readonly transform: ImportTransform;
}

/**
 * An entity as imports of somebody see it; undefined when there is none or it is not importable. Restricted fields that they may not
 * both read and write are not there: a column matched with one would tell its values. Without somebody, as the operator sees it.
 */
export function importableEntity(
  generation: Generation,
  id: string,
  importer?: Pick<Identity, 'reach'>,
): ImportableEntity | undefined {
  const entity = generation.entities.get(id);
  if (entity === undefined || entity.definition.without?.includes('import') === true) return undefined;
  const transform = transformOf(generation, id);
  const virtual = transform?.transform.fields ?? {};
  const known = fieldsOf(entity).filter(
    ([path]) => importer === undefined || mayFill(importer, entity.fields.get(path)),
  );
  const fields = new Map([...known, ...Object.entries(virtual)]);
  const readOnly = [...fields]
    .filter(([name, { readOnly }]) => readOnly === true && !(name in virtual))
    .map(([name]) => name);
  return { entity, fields, readOnly: new Set(readOnly), transform };
}

function mayFill({ reach }: Pick<Identity, 'reach'>, compiled: CompiledField | undefined): boolean {
  const permissions = compiled?.permissions ?? null;
  return permissions === null || (reach(permissions.read) !== null && reach(permissions.write) !== null);
}

/** What a column of links to one entity is read as; null where links may not lead there. */
export function linkTo({ kind, to }: Field, entity: string): Field | null {
  return kind === 'links' && (to === undefined || to.includes(entity))
    ? field.ref(entity as `${string}.${string}`, { onDelete: 'restrict' })
    : null;
}

/** Entity of a reference and its title, as far as this generation knows it. */
export function targetOf(
  generation: Generation,
  from: CompiledEntity,
  reference: Field,
): { readonly entity: string; readonly title: string } | null {
  const id = targetId(from, reference);
  const target = id === null ? undefined : generation.entities.get(id);
  return target === undefined ? null : { entity: target.definition.id, title: target.definition.title };
}

function targetId(from: CompiledEntity, { target }: Field): string | null {
  if (target === undefined) return null;
  if (target === 'self') return from.definition.id;
  return typeof target === 'string' ? target : target.id;
}

const ownerField: Field = field.ref('core.user', { onDelete: 'restrict' });

function fieldsOf(entity: CompiledEntity): [string, Field][] {
  const extensions = [...entity.extensions].flatMap(([plugin, { fields }]) => prefixed(plugin, fields));
  const owner: [string, Field][] = entity.definition.owned ? [['owner', ownerField]] : [];
  const tags: [string, Field][] = hasTags(entity) ? [[tagsPath, tagColumn]] : [];
  const all = [...Object.entries(entity.definition.fields), ...owner, ...extensions, ...tags];
  // A table has names of files at most, and nothing of them.
  return all.filter(([, declared]) => !isFiles(declared));
}

function prefixed(plugin: string, fields: FieldMap): [string, Field][] {
  return Object.entries(fields).map(([name, declared]) => [`${plugin}.${name}`, declared]);
}

/** The last contribution wins; core hands out contributions in the order of plugin ids. */
function transformOf(generation: Generation, id: string): ContributedTransform | null {
  const contributed = generation.contributions.get(importTransformPoint) ?? [];
  const found = contributed.findLast(({ value }) => isTransform(value) && value.entity.id === id);
  return found !== undefined && isTransform(found.value) ? { module: found.module, transform: found.value } : null;
}

const importTransformPoint = 'core.import-transform';

function isTransform(value: unknown): value is ImportTransform {
  return typeof value === 'object' && value !== null && 'apply' in value && 'entity' in value;
}
