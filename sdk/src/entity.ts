import type { EntityToken, FieldMap } from './declaration.js';
import type { InputOf, ValuesOf } from './fields.js';
import type { Id } from './identifiers.js';
import type { Grants } from './permissions.js';

/** How the derived pages show an entity. Field names may be own fields, `owner`, `team`, `createdAt`, `updatedAt` or a plugin's `<id>.<field>`. */
export interface EntityViews {
  /** Columns of the list, first one linked to the record. */
  readonly list: readonly string[];
  /** Fields of form and details, in order; all of them when left out. */
  readonly form?: readonly string[];
  /** A board with one lane per value of a `choice` or record of a `ref`. */
  readonly board?: { readonly by: string; readonly sum?: string };
}

/**
 * How a field counts when two records may be about the same thing: `name` by likeness, without accents and legal forms · `email`,
 * `phone`, `number` (an identifying number) when one is the same · `domain` of web addresses and domains · `same` for what alone
 * proves nothing, such as the account two people of one name work for.
 */
export type DuplicateEvidence = 'name' | 'email' | 'phone' | 'number' | 'domain' | 'same';

/** One reason to take two records for the same. */
export interface DuplicateRule {
  /** Own field, or `<list>.<field>` of its entries. All but `same` are found by search, so they must be `search: true` and not `restricted`. */
  readonly field: string;
  readonly as: DuplicateEvidence;
  /** How much it proves by itself, between 0 and 1; 1 is certain. The kind's own when left out. */
  readonly weight?: number;
}

/** What {@link defineEntity} takes. */
export interface EntityOptions<F extends FieldMap, O extends boolean> {
  /** Table, route and page name: snake_case plural noun, `kebab-case` in addresses. */
  readonly plural: string;
  readonly fields: F;
  /** Field whose value names a record for people. */
  readonly title: keyof F & string;
  /** Records have an owner and that owner's team, so rights can reach own / team / subtree / all. */
  readonly owned?: O;
  readonly views?: EntityViews;
  /** Outline icon of menu and headers, by its name in the icon set. */
  readonly icon?: string;
  /** Place in the menu (lower is higher), or `false` to stay out of it. */
  readonly menu?: number | false;
  /** Default grants per verb where they differ from the presets. */
  readonly grants?: { readonly [V in EntityVerb]?: Grants };
  /** What makes two records likely duplicates: new ones are warned of, the whole base is looked through. */
  readonly duplicates?: readonly DuplicateRule[];
  /** How much each field counts for how complete a record is, 0 to 100 by path, until an administrator decides otherwise. */
  readonly completeness?: Readonly<Record<string, number>>;
  /** Derived parts that this entity does not get because the module writes its own. */
  readonly without?: readonly ('create' | 'update' | 'delete' | 'pages' | 'import')[];
}

/** What can be done to a record by a generic right `<entity>:<verb>`. */
export type EntityVerb = 'read' | 'create' | 'update' | 'delete' | 'import';

/** An entity as declared: plain data from which core derives table checks, API, pages, rights, audit, events and import. */
export interface EntityDefinition<
  N extends string = string,
  F extends FieldMap = FieldMap,
  O extends boolean = boolean,
> extends Omit<EntityOptions<F, O>, 'title' | 'owned'> {
  /** `<module>.<noun>` */
  readonly id: N;
  readonly module: string;
  readonly noun: string;
  readonly title: string;
  readonly owned: O;
}

/** Columns every record has. */
export interface RecordBase {
  readonly id: Id;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Actor that wrote: a user's id, or null for plugins and the operator (the audit log says which). */
  readonly createdBy: Id | null;
  readonly updatedBy: Id | null;
  /** Starts at 1 and grows by 1 with every change; the ETag. */
  readonly version: number;
  /** When it went to the trash; null while it is alive. */
  readonly deletedAt: string | null;
}

/** Columns of an owned record. `team` is its owner's primary team when it was assigned. */
export interface OwnedBase {
  readonly owner: Id | null;
  readonly team: Id | null;
}

/** A record of an entity as core returns it. Values that other plugins added nest under their plugin id. */
export type RecordOf<E> =
  E extends EntityDefinition<string, infer F, infer O>
    ? RecordBase & ValuesOf<F> & (O extends true ? OwnedBase : unknown)
    : never;

/** The owner, where there is one to set; the actor when left out. */
export type OwnedInput<O> = O extends true ? { readonly owner?: Id | null } : unknown;

/** What creating a record takes. */
export type CreateOf<E> =
  E extends EntityDefinition<string, infer F, infer O> ? InputOf<F> & OwnedInput<O> & Extras : never;

/** What updating a record takes: any of its fields. */
export type PatchOf<E> =
  E extends EntityDefinition<string, infer F, infer O> ? Partial<ValuesOf<F>> & OwnedInput<O> & Extras : never;

/** Values of fields that plugins added to the entity. */
export interface Extras {
  /** By plugin id: `{ sales: { territory: 'North' } }`. */
  readonly extras?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * Declares an entity.
 * @example
 * export const Deal = defineEntity('sales.deal', { plural: 'deals', fields: { name: field.text({ required: true }) }, title: 'name', owned: true });
 * @since 0.1.0
 */
export function defineEntity<
  const N extends `${string}.${string}`,
  const F extends FieldMap,
  const O extends boolean = false,
>(id: N, options: EntityOptions<F, O>): EntityDefinition<N, F, O> {
  const [module = '', noun = ''] = id.split('.');
  return { ...options, id, module, noun, owned: (options.owned ?? false) as O };
}

/** Fields that a plugin adds to an entity of core or of another plugin; they live in its own side table. */
export interface Extension<F extends FieldMap = FieldMap> {
  readonly entity: EntityToken;
  readonly fields: F;
}

/**
 * Adds fields to another module's entity, readable under this plugin's id.
 * @example extend: [extendEntity(Account, { territory: field.text({ search: true }) })]
 * @since 0.1.0
 */
export function extendEntity<const F extends FieldMap>(entity: EntityToken, fields: F): Extension<F> {
  return { entity, fields };
}
