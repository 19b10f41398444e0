import type { Field, Problem } from '@trellis-crm/sdk';
import type { CompiledEntity, CompiledField } from './compiled-entity.js';

/** Column of an entry of links that holds the id of the record it leads to; the entity stands in `entity`. */
export const linkIdColumn = 'record_id';

/** Whether a field holds links to records of any entity. */
export function isLinks({ kind }: Pick<Field, 'kind'>): boolean {
  return kind === 'links';
}

/** One entry of links. */
export interface LinkEntry {
  readonly entity: string;
  readonly id: string;
}

/** The entries of a value of links. */
export function linksIn(value: unknown): readonly LinkEntry[] {
  return Array.isArray(value) ? (value as readonly LinkEntry[]) : [];
}

/** A link and where it stands among those written. */
export interface PlacedLink extends LinkEntry {
  readonly position: number;
}

/** Links of a field that a record did not have before. */
export function newLinks(
  values: ReadonlyMap<string, unknown>,
  old: ReadonlyMap<string, unknown> | undefined,
  path: string,
): readonly PlacedLink[] {
  const keyOf = ({ entity, id }: LinkEntry): string => `${entity} ${id}`;
  const held = new Set(linksIn(old?.get(path)).map(keyOf));
  return linksIn(values.get(path)).flatMap((link, position) => (held.has(keyOf(link)) ? [] : [{ ...link, position }]));
}

/** Links to entities that there are not, in the words of a reference to a record that there is not. */
export function unknownLinks(
  links: readonly PlacedLink[],
  pointer: string,
  isKnown: (entity: string) => boolean,
): Problem[] {
  return links.flatMap(({ entity, position }) =>
    isKnown(entity)
      ? []
      : [{ pointer: `${pointer}/${String(position)}`, code: 'unknown_reference', message: 'refers to no record' }],
  );
}

/** Fields of all entities that hold links, with the tables of their entries. */
export function linkFields(
  entities: Iterable<CompiledEntity>,
): readonly { readonly entity: CompiledEntity; readonly field: CompiledField }[] {
  return [...entities].flatMap((entity) =>
    entity.fieldList.filter(({ field }) => isLinks(field)).map((field) => ({ entity, field })),
  );
}
