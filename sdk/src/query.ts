import type { RecordOf } from './entity.js';

/** Comparisons on one field; several together must all hold. Strings compare without regard to case in `contains` and `startsWith`. */
export interface Operators<V> {
  readonly eq?: V | null;
  readonly ne?: V | null;
  readonly in?: readonly V[];
  readonly gt?: V;
  readonly gte?: V;
  readonly lt?: V;
  readonly lte?: V;
  readonly contains?: string;
  readonly startsWith?: string;
  /** True: null or, for lists, without an entry. */
  readonly empty?: boolean;
}

/** Conditions by field name: a bare value means `eq`. `<plugin>.<field>` and `<list>.<field>` are names too. */
export type Where<R> = { readonly [K in keyof R]?: R[K] | Operators<NonNullable<R[K]>> } & {
  readonly [K in `${string}.${string}`]?: unknown;
};

/** Field name, or field name with `-` in front for descending. */
export type SortKey<R> = (keyof R & string) | `-${keyof R & string}`;

/** What a grouped query returns per group. Money sums are one row per currency. */
export interface GroupRow {
  /** Values of the grouping fields, by name. */
  readonly key: Readonly<Record<string, unknown>>;
  readonly count: number;
  /** By field name; decimals as strings, money as `Money`. */
  readonly sum: Readonly<Record<string, unknown>>;
  readonly min: Readonly<Record<string, unknown>>;
  readonly max: Readonly<Record<string, unknown>>;
}

/** A read being built: plain data until it is awaited. Core compiles it and puts rights, soft delete and side tables outside what was written. */
export interface Query<R> extends PromiseLike<readonly R[]> {
  /** Adds conditions that must hold. */
  where(conditions: Where<R>): Query<R>;
  /** Adds a condition that holds when any of these does. */
  any(alternatives: readonly Where<R>[]): Query<R>;
  /**
   * Only what search finds: all of the words, as parts of short texts or whole words of long ones, in fields declared with `search`.
   * @throws MalformedError `invalid_query` when there is nothing to look for or nothing of the entity is searched
   */
  search(text: string): Query<R>;
  sort(...keys: SortKey<R>[]): Query<R>;
  /** At most this many records; 50 unless told, at most 1,000. */
  limit(count: number): Query<R>;
  /** Only these fields, and `id`. */
  select<K extends keyof R & string>(...fields: K[]): Query<Pick<R, K | Extract<'id', keyof R>>>;
  /** Replaces the ids of these refs by their records (where the actor may read them). */
  include(...refs: (keyof R & string)[]): Query<R & Readonly<Record<string, unknown>>>;
  /** The only record, or null. */
  first(): Promise<R | null>;
  /** Number of records, exact. */
  count(): Promise<number>;
  /** Groups instead of records. */
  group(
    by: readonly (keyof R & string)[],
    measures?: { readonly sum?: readonly string[]; readonly min?: readonly string[]; readonly max?: readonly string[] },
  ): Promise<readonly GroupRow[]>;
}

/** Query over the records of an entity. */
export type QueryOf<E> = Query<RecordOf<E>>;
