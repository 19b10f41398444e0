import type { EntityToken } from './entity.js';
import type { Id, Money } from './identifiers.js';

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
  | 'json';

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
  /** Characters at most (text kinds), or entries at most (`list`, `choices`). */
  readonly max?: number;
  readonly min?: number;
  /** Digits after the decimal point (`decimal`, `percent`). */
  readonly scale?: number;
  readonly options?: readonly string[];
  /** Entity a `ref` points at: its token, its id (for one of an optional plugin or in a circle), or `'self'`. */
  readonly target?: RefTarget;
  readonly onDelete?: OnDelete;
  /** Fields of one entry of a `list`. */
  readonly item?: FieldMap;
  readonly default?: unknown;
  /** Type-level only; never set. */
  readonly __type?: { readonly value: V; readonly notNull: N; readonly defaulted: D };
}

/** What a ref may point at. An entity of a plugin that is not required gets no foreign key. */
export type RefTarget = EntityToken | `${string}.${string}` | 'self';

/** Fields by their JSON name (camelCase). */
export type FieldMap = Readonly<Record<string, Field>>;

type Def<V> = { readonly default?: V };
type NotNull<O> = O extends { required: true } ? true : O extends { default: unknown } ? true : false;
type Defaulted<O> = O extends { required: true } ? (O extends { default: unknown } ? true : false) : true;
type Of<V, O> = Field<V, NotNull<O>, Defaulted<O>>;

type TextOptions = FieldOptions & Def<string> & { readonly max?: number };
type NumberOptions<V> = FieldOptions & Def<V> & { readonly min?: number; readonly max?: number };
type RefOptions = FieldOptions & { readonly onDelete: OnDelete };

function make<V, O extends object>(kind: FieldKind, options: O | undefined, extra: object = {}): Of<V, O> {
  return { ...options, ...extra, kind } as Of<V, O>;
}

/** Makers of fields, one per kind. A field with a `default` is never null. */
export const field = {
  /** One line of text. `max` defaults to 255 characters. */
  text: <const O extends TextOptions = object>(options?: O) => make<string, O>('text', options, { max: options?.max ?? 255 }),
  /** Several lines of plain text. `max` defaults to 20,000 characters. */
  longText: <const O extends TextOptions = object>(options?: O) => make<string, O>('longText', options, { max: options?.max ?? 20_000 }),
  /** A whole number of at most 32 bits. */
  integer: <const O extends NumberOptions<number> = object>(options?: O) => make<number, O>('integer', options),
  /** An exact decimal, as a string. `scale` (digits after the point) defaults to 4. */
  decimal: <const O extends NumberOptions<string> & { readonly scale?: number } = object>(options?: O) =>
    make<string, O>('decimal', options, { scale: options?.scale ?? 4 }),
  /** A percentage as a number: 12.5 means 12.5 %. */
  percent: <const O extends NumberOptions<number> = object>(options?: O) => make<number, O>('percent', options),
  /** An amount with its currency. */
  money: <const O extends FieldOptions = object>(options?: O) => make<Money, O>('money', options),
  /** True or false; false unless a default says otherwise, never null. */
  boolean: <const O extends FieldOptions & Def<boolean> = object>(options?: O) =>
    make<boolean, O & { default: boolean }>('boolean', options as O & { default: boolean }, { default: options?.default ?? false }),
  /** A calendar day, `YYYY-MM-DD`. */
  date: <const O extends FieldOptions = object>(options?: O) => make<string, O>('date', options),
  /** A moment, ISO 8601 in UTC with milliseconds. */
  dateTime: <const O extends FieldOptions = object>(options?: O) => make<string, O>('dateTime', options),
  /** A length of time in whole seconds. */
  duration: <const O extends NumberOptions<number> = object>(options?: O) => make<number, O>('duration', options),
  /** One of the given values (snake_case); labels come from the catalogue. */
  choice: <const V extends string, const O extends FieldOptions & Def<V> = object>(values: readonly V[], options?: O) =>
    make<V, O>('choice', options, { options: values }),
  /** Any number of the given values; empty unless a default says otherwise, never null. */
  choices: <const V extends string, const O extends FieldOptions & Def<readonly V[]> = object>(values: readonly V[], options?: O) =>
    make<readonly V[], O & { default: readonly V[] }>('choices', options as O & { default: readonly V[] }, {
      options: values,
      default: options?.default ?? [],
    }),
  /** A reference to one record; `'self'` for a record of the same entity. Column `<name>_id`, JSON the id. */
  ref: <const O extends RefOptions>(target: RefTarget, options: O) => make<Id, O>('ref', options, { target }),
  /** An e-mail address, kept in lower case. */
  email: <const O extends FieldOptions = object>(options?: O) => make<string, O>('email', options, { max: 254 }),
  /** A phone number, kept as E.164 when it can be understood. */
  phone: <const O extends FieldOptions = object>(options?: O) => make<string, O>('phone', options, { max: 40 }),
  /** An http(s) address. */
  url: <const O extends FieldOptions = object>(options?: O) => make<string, O>('url', options, { max: 2000 }),
  /** Entries of several fields each, in order: a child table `<noun>_<field>`, replaced as a whole by an update. Empty by default, never null. */
  list: <const F extends FieldMap, const O extends FieldOptions & { readonly max?: number } = object>(item: F, options?: O) =>
    make<readonly ItemOf<F>[], O & { default: readonly never[] }>('list', options as O & { default: readonly never[] }, {
      item,
      max: options?.max ?? 100,
      default: [],
    }),
  /** Any JSON value up to 64 KB; not filterable. */
  json: <const O extends FieldOptions & Def<unknown> = object>(options?: O) => make<unknown, O>('json', options),
};

/** JSON value of one field, null included where it may be empty. */
export type ValueOf<F> = F extends Field<infer V, infer N, boolean> ? (N extends true ? V : V | null) : never;

/** JSON values of a map of fields, as read. */
export type ValuesOf<F extends FieldMap> = { readonly [K in keyof F]: ValueOf<F[K]> };

type OptionalKeys<F extends FieldMap> = { [K in keyof F]: F[K] extends Field<unknown, boolean, true> ? K : never }[keyof F];

/** JSON values of a map of fields, as written: fields with a default or without `required` may be left out. */
export type InputOf<F extends FieldMap> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: ValueOf<F[K]> } & {
  readonly [K in OptionalKeys<F>]?: ValueOf<F[K]>;
};

type ItemOf<F extends FieldMap> = InputOf<F>;
