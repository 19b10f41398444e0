import type {
  EntityToken,
  Field,
  FieldKind,
  FieldMap,
  FieldOptions,
  OnDelete,
  RefTarget,
  TextFormat,
} from './declaration.js';
import type { Id, Link, Money, StoredFile } from './identifiers.js';

type Def<V> = { readonly default?: V };
type NotNull<O> = O extends { required: true } ? true : O extends { default: unknown } ? true : false;
type Defaulted<O> = O extends { required: true } ? (O extends { default: unknown } ? true : false) : true;
type Of<V, O> = Field<V, NotNull<O>, Defaulted<O>>;

type TextOptions = FieldOptions & Def<string> & { readonly max?: number; readonly format?: TextFormat };
type NumberOptions<V> = FieldOptions & Def<V> & { readonly min?: number; readonly max?: number };
type RefOptions = FieldOptions & { readonly onDelete: OnDelete };
type LinksOptions = Omit<FieldOptions, 'unique' | 'index' | 'search' | 'required'> & {
  readonly to?: readonly (EntityToken | `${string}.${string}`)[];
  readonly max?: number;
  readonly beside?: readonly string[];
};

type FilesOptions = Omit<FieldOptions, 'unique' | 'index' | 'required'> & Pick<Field, 'max' | 'maxBytes' | 'accept'>;

function make<V, O extends object>(kind: FieldKind, options: O | undefined, extra: object = {}): Of<V, O> {
  return { ...options, ...extra, kind };
}

/** Entries of links; `id` has no target of its own, for `entity` beside it names it. */
function linkShape(to: LinksOptions['to']): Pick<Field, 'item' | 'to'> {
  const item: FieldMap = { entity: { kind: 'text', required: true, max: 80 }, id: { kind: 'ref', required: true } };
  return to === undefined ? { item } : { item, to: to.map((one) => (typeof one === 'string' ? one : one.id)) };
}

/** Entries of files. Who names a file gives its id; the rest is what the store knows about it. */
function fileShape(isSearched: boolean): FieldMap {
  const name: Field = { kind: 'text', required: true, max: 200 };
  return {
    id: { kind: 'ref', required: true },
    name: isSearched ? { ...name, search: true } : name,
    type: { kind: 'text', required: true, max: 120 },
    size: { kind: 'integer', required: true, min: 0 },
  };
}

/** Makers of fields, one per kind. A field with a `default` is never null. */
export const field = {
  /** One line of text. `max` defaults to 255 characters. */
  text: <const O extends TextOptions = object>(options?: O) =>
    make<string, O>('text', options, { max: options?.max ?? 255 }),
  /** Several lines of plain text. `max` defaults to 20,000 characters. */
  longText: <const O extends TextOptions = object>(options?: O) =>
    make<string, O>('longText', options, { max: options?.max ?? 20_000 }),
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
    make<boolean, O & { default: boolean }>('boolean', options as O & { default: boolean }, {
      default: options?.default ?? false,
    }),
  /** A calendar day, `YYYY-MM-DD`. */
  date: <const O extends FieldOptions = object>(options?: O) => make<string, O>('date', options),
  /** A moment, ISO 8601 in UTC with milliseconds. The default `now` is when the record is created. */
  dateTime: <const O extends FieldOptions & Def<'now'> = object>(options?: O) => make<string, O>('dateTime', options),
  /** A length of time in whole seconds. */
  duration: <const O extends NumberOptions<number> = object>(options?: O) => make<number, O>('duration', options),
  /** One of the given values (snake_case); labels come from the catalogue. */
  choice: <const V extends string, const O extends FieldOptions & Def<V> = object>(values: readonly V[], options?: O) =>
    make<V, O>('choice', options, { options: values }),
  /** Any number of the given values; empty unless a default says otherwise, never null. */
  choices: <const V extends string, const O extends FieldOptions & Def<readonly V[]> = object>(
    values: readonly V[],
    options?: O,
  ) =>
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
  list: <const F extends FieldMap, const O extends FieldOptions & { readonly max?: number } = object>(
    item: F,
    options?: O,
  ) =>
    make<readonly ItemOf<F>[], O & { default: readonly never[] }>(
      'list',
      options as O & { default: readonly never[] },
      {
        item,
        max: options?.max ?? 100,
        default: [],
      },
    ),
  /**
   * References to records of any entity, or of those in `to`: a child table `<noun>_<field>` of its own, replaced as a whole by an update.
   * Empty by default, never null. What is linked may go to the trash; when it is deleted for good the link goes too.
   * @example links: field.links({ beside: ['occurredAt'] })
   * @since 0.1.0
   */
  links: <const O extends LinksOptions = object>(options?: O) =>
    make<readonly Link[], O & { default: readonly never[] }>('links', options as O & { default: readonly never[] }, {
      ...linkShape(options?.to),
      max: options?.max ?? 100,
      default: [],
    }),
  /**
   * Files in the store, in order: a child table `<noun>_<field>`, replaced as a whole by an update. Whoever may read the field may read them.
   * Written as ids of files that were uploaded before, read with name, type and size. Empty by default, never null. `max` defaults to 20.
   * @example contract: field.files({ max: 3, accept: ['application/pdf'] })
   * @since 0.1.0
   */
  files: <const O extends FilesOptions = object>({ search, ...options }: O = {} as O) =>
    make<readonly StoredFile[], O & { default: readonly never[] }>(
      'files',
      options as unknown as O & { default: readonly never[] },
      { item: fileShape(search === true), max: options.max ?? 20, default: [] },
    ),
  /** Any JSON value up to 64 KB; not filterable. */
  json: <const O extends FieldOptions & Def<unknown> = object>(options?: O) => make<unknown, O>('json', options),
};

/** JSON value of one field, null included where it may be empty. */
export type ValueOf<F> = F extends Field<infer V, infer N> ? (N extends true ? V : V | null) : never;

/** JSON values of a map of fields, as read. */
export type ValuesOf<F extends FieldMap> = { readonly [K in keyof F]: ValueOf<F[K]> };

type OptionalKeys<F extends FieldMap> = {
  [K in keyof F]: F[K] extends Field<unknown, boolean, true> ? K : never;
}[keyof F];

/** JSON values of a map of fields, as written: fields with a default or without `required` may be left out. */
export type InputOf<F extends FieldMap> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: ValueOf<F[K]> } & {
  readonly [K in OptionalKeys<F>]?: GivenOf<ValueOf<F[K]>>;
};

/** Files are named by their ids. */
type GivenOf<V> = V extends readonly StoredFile[] ? readonly (Id | Pick<StoredFile, 'id'>)[] : V;

type ItemOf<F extends FieldMap> = InputOf<F>;
