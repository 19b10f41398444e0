import type { RecordOf } from './entity.js';

/** Comparisons on one field; several together must all hold. Strings compare without regard to case in `contains` and `startsWith`. */
export interface Operators<V> {
  readonly eq?: V | null;
  readonly ne?: V | null;
  readonly in?: readonly V[];
  readonly notIn?: readonly V[];
  readonly gt?: V;
  readonly gte?: V;
  readonly lt?: V;
  readonly lte?: V;
  /** The least and the greatest, both of which are let through. */
  readonly between?: readonly [V, V];
  readonly contains?: string;
  readonly notContains?: string;
  readonly startsWith?: string;
  /** True: null or, for lists, without an entry. */
  readonly empty?: boolean;
}

/** Conditions by field name: a bare value means `eq`. `<plugin>.<field>` and `<list>.<field>` are names too. */
export type Where<R> = { readonly [K in keyof R]?: R[K] | Operators<NonNullable<R[K]>> } & {
  readonly [K in `${string}.${string}`]?: unknown;
};

/**
 * One comparison of a filter. The value of `in`, `notIn` and `between` is a list. Days can be words (`today`, `last_week`, `next_30_days`,
 * `-7d` …), understood by the actor's time zone and the workspace's weeks and years; users can be `me` and `my_team`.
 *
 * @since 0.1.0
 */
export interface FilterCondition {
  readonly field: string;
  /** `eq` unless told. */
  readonly op?: keyof Operators<unknown>;
  readonly value?: unknown;
}

/**
 * Conditions and further groups of which all, or any, must hold.
 *
 * @since 0.1.0
 */
export type FilterGroup = { readonly all: readonly FilterNode[] } | { readonly any: readonly FilterNode[] };

/**
 * A part of a filter.
 *
 * @since 0.1.0
 */
export type FilterNode = FilterCondition | FilterGroup;

/**
 * Tells groups from conditions.
 *
 * @example isFilterGroup({ any: [] }) // true
 * @since 0.1.0
 */
export function isFilterGroup(node: object): node is FilterGroup {
  return 'all' in node || 'any' in node;
}

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
   * Adds a filter of nested groups, as `where` of the API takes it.
   *
   * @example ctx.query(Deal).matching({ any: [{ field: 'owner', value: 'me' }, { field: 'closeOn', op: 'lt', value: 'today' }] })
   * @throws MalformedError `invalid_query`, when awaited, with a pointer to each thing that is wrong
   * @since 0.1.0
   */
  matching(filter: FilterGroup): Query<R>;
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
