/** Every kind of field an entity can declare; the core derives column, JSON Schema, form control and operators from it. */
export type FieldKind =
  | 'text'
  | 'longText'
  | 'integer'
  | 'decimal'
  | 'percent'
  | 'money'
  | 'boolean'
  | 'date'
  | 'dateTime'
  | 'duration'
  | 'choice'
  | 'choices'
  | 'ref'
  | 'email'
  | 'phone'
  | 'url'
  | 'list'
  | 'links'
  | 'files'
  | 'json';

/**
 * `vatNumber`: with its country in front; check digits are checked where they are known. `recurrence`: a rule of RFC 5545 without its
 * name, by days, weeks, months or years.
 */
export type TextFormat = 'vatNumber' | 'recurrence';

/** What happens to a record when the record it refers to is deleted; holds for the trash too. */
export type OnDelete = 'cascade' | 'restrict' | 'clear';

/** What every kind of field may say about itself. */
export interface FieldOptions {
  /** May not be empty. */
  readonly required?: boolean;
  /** Not writable over API, import or form; services may, through `ctx.elevated()`. */
  readonly readOnly?: boolean;
  /** Found by search. Not allowed together with `restricted`. */
  readonly search?: boolean;
  /** No two records that are not in the trash share a value. */
  readonly unique?: boolean;
  /** Has an index, so that lists may sort by it at any size. */
  readonly index?: boolean;
  /** Readable and writable only for actors who hold `<entity>.<field>:read` / `:write`. */
  readonly restricted?: boolean;
}

/** One declared field: plain data. `V` is its JSON value, `N` says that it is never null, `D` that a create may leave it out. */
export interface Field<V = unknown, N extends boolean = boolean, D extends boolean = boolean> extends FieldOptions {
  readonly kind: FieldKind;
  /** Characters at most (text kinds), or entries at most (`list`, `links`, `files`, `choices`). */
  readonly max?: number;
  readonly min?: number;
  /** Digits after the decimal point (`decimal`, `percent`). */
  readonly scale?: number;
  readonly options?: readonly string[];
  /** Entity a `ref` points at: its token, its id (for one of an optional plugin or in a circle), or `'self'`. */
  readonly target?: RefTarget;
  readonly onDelete?: OnDelete;
  /** What a `text` holds, where it is more than a text: it is brought into shape and checked. */
  readonly format?: TextFormat;
  /** Fields of one entry of a `list`, of `links` or of `files`. */
  readonly item?: FieldMap;
  /** Ids of the entities that `links` may lead to; any when left out. */
  readonly to?: readonly string[];
  /** Fields of the record whose values stand beside each of its `links` too, so that an index can order what is linked to a record. */
  readonly beside?: readonly string[];
  /** Bytes of one of the `files` at most; what the installation allows when left out. */
  readonly maxBytes?: number;
  /** Types that `files` may have: `application/pdf`, `image/*`; all that the store takes when left out. */
  readonly accept?: readonly string[];
  readonly default?: unknown;
  /** Type-level only; never set. */
  readonly __type?: { readonly value: V; readonly notNull: N; readonly defaulted: D };
}

/** What a ref may point at. An entity of a plugin that is not required gets no foreign key. */
export type RefTarget = EntityToken | `${string}.${string}` | 'self';

/** Fields by their JSON name (camelCase). */
export type FieldMap = Readonly<Record<string, Field>>;

/** Any entity, whatever its fields; what a ref or a helper points at. */
export interface EntityToken {
  readonly id: string;
  readonly module: string;
  readonly noun: string;
  readonly plural: string;
  readonly fields: FieldMap;
  readonly title: string;
  readonly owned: boolean;
}
