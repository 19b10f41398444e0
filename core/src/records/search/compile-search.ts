import { createHash } from 'node:crypto';
import type { EntityDefinition } from '@trellis-crm/sdk';
import type { CompiledField, CompiledSearch, SearchedField } from '../compiled-entity.js';

/** Works out what of an entity is searched; null when nothing is. What not everybody may read is left out, whatever it says. */
export function compileSearch(
  definition: EntityDefinition,
  fields: ReadonlyMap<string, CompiledField>,
): CompiledSearch | null {
  const open = [...fields.values()].filter(({ permissions }) => permissions === null);
  const title = open.find(({ path }) => path === definition.title) ?? null;
  const searched = open.flatMap(searchedIn).toSorted((a, b) => Number(b.field === title) - Number(a.field === title));
  if (searched.length === 0) return null;
  const isLong = ({ field, item }: SearchedField): boolean => (item ?? field).field.kind === 'longText';
  const short = searched.filter((one) => !isLong(one));
  const long = searched.filter(isLong);
  return {
    title,
    short,
    long,
    paths: new Set([...searched.map(({ field }) => field.path), definition.title]),
    fieldsKey: keyOf(title, short, long),
  };
}

function searchedIn(field: CompiledField): SearchedField[] {
  const items = (field.list?.items ?? []).filter((item) => item.field.search === true);
  return [
    ...(field.field.search === true && field.list === null ? [{ field, item: null }] : []),
    ...items.map((item) => ({ field, item })),
  ];
}

/** Grows when the way rows are made changes, so that all are made anew. */
const formVersion = 1;

function keyOf(title: CompiledField | null, ...groups: readonly (readonly SearchedField[])[]): string {
  const paths = groups.map((group) => group.map(({ field, item }) => `${field.path}.${item?.name ?? ''}`).sort());
  return createHash('sha256')
    .update(JSON.stringify([formVersion, title?.path ?? null, paths]))
    .digest('base64url')
    .slice(0, 16);
}
