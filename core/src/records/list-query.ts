import { MalformedError, type Problem } from '@trellis-crm/sdk';
import { completenessPath } from '../completeness/completeness-part.js';
import { isBeside } from './beside.js';
import type { CompiledEntity, CompiledField } from './compiled-entity.js';
import type { Calendar } from './conditions/calendar.js';
import { compileTree, maxChoices, type FilterScope } from './conditions/compile-tree.js';
import { findReference, findTarget, readableFields, type FieldTarget } from './field-access.js';
import type { Operator } from './field-kinds.js';
import { completeOrder, isSortable, type KeyValue, type SortKey } from './sort.js';
import { parseSearch, searchProblems, type SearchTerms } from './search/search-terms.js';
import { decodeCursor } from './cursor.js';
import type { Sql } from './sql.js';
import { tagsPath } from './tags/tag.js';
import {
  compileCondition,
  conditionOperators,
  findCondition,
  type ConditionTarget,
} from './conditions/condition-target.js';
import type { CountMode } from './statements/count-statement.js';

/** A list that was asked for, checked against the entity and what the actor may see. */
export interface ListQuery {
  readonly conditions: readonly Sql[];
  /** What records are searched for; null when they are not. */
  readonly search: SearchTerms | null;
  readonly order: readonly SortKey[];
  readonly limit: number;
  readonly after: readonly KeyValue[] | null;
  readonly fields: readonly CompiledField[];
  readonly include: readonly FieldTarget[];
  /** Whether each record is wanted with its tags. */
  readonly withTags: boolean;
  /** Whether each record is wanted with how complete it is. */
  readonly withCompleteness: boolean;
  /** Refs whose records are told by their titles beside the page. */
  readonly titles: readonly FieldTarget[];
  readonly count: CountMode;
  /** What a cursor must come from to fit. */
  readonly identity: string;
  /** The day on which words such as `last_week` mean what they were taken for; null where there are none. */
  readonly day: string | null;
}

/** Reads the query language of lists. @throws MalformedError `invalid_query`, with a pointer per parameter */
export function parseListQuery(scope: FilterScope, entity: CompiledEntity, parameters: URLSearchParams): ListQuery {
  const reader = new QueryReader(scope, entity, parameters);
  const conditions = reader.filters();
  const order = completeOrder(entity, reader.sort());
  const identity = [
    entity.definition.id,
    reader.filterText(),
    reader.one('q') ?? '',
    order.map(({ field, isDescending }) => `${isDescending ? '-' : ''}${field.path}`).join(),
  ].join('|');
  const query: ListQuery = {
    conditions,
    search: reader.search(),
    order,
    limit: reader.limit(),
    after: reader.after(identity, order),
    fields: reader.fields(),
    include: reader.references('include'),
    withTags: reader.wants(tagsPath),
    withCompleteness: reader.wants(completenessPath),
    titles: reader.references('titles'),
    count: reader.count(),
    identity,
    day: reader.day,
  };
  reader.finish(['q', 'sort', 'limit', 'after', 'fields', 'include', 'titles', 'count']);
  return query;
}

/** Records of a page at most. */
export const maxLimit = 200;
const defaultLimit = 50;

const filterName = /^filter\[([A-Za-z][\w.-]*)\](?:\[(\w+)\])?$/;
const countModes: readonly CountMode[] = ['capped', 'exact', 'estimate', 'none'];
const maxFilters = 30;
/** Characters of `where`. */
const maxTree = 10_000;

/** Operators whose values are told apart by commas. */
const severalValues: ReadonlySet<Operator> = new Set(['in', 'notIn', 'between']);

/** Reads parameters one by one and collects what is wrong with them. */
export class QueryReader {
  readonly #problems: Problem[] = [];
  readonly #scope: FilterScope;
  #day: string | null = null;

  constructor(
    private readonly scope: FilterScope,
    private readonly entity: CompiledEntity,
    private readonly parameters: URLSearchParams,
  ) {
    this.#scope = { ...scope, calendar: () => this.#noteDay(scope.calendar()) };
  }

  /** The day by which words were understood; null when there was none that asks for it. */
  get day(): string | null {
    return this.#day;
  }

  /** Conditions of all `filter[…]` parameters, and the tree of `where`. */
  filters(): readonly Sql[] {
    const names = [...new Set(this.parameters.keys())].filter((name) => name.startsWith('filter'));
    if (names.length > maxFilters) this.#refuse('filter', 'too_many', `at most ${maxFilters} conditions`);
    return [...names.slice(0, maxFilters).flatMap((name) => this.#filter(name) ?? []), ...this.#where()];
  }

  /** The filters as text, whatever their order. */
  filterText(): string {
    const pairs = [...this.parameters].filter(([name]) => name.startsWith('filter') || name === 'where');
    return pairs
      .map((pair) => JSON.stringify(pair))
      .toSorted()
      .join();
  }

  /** What `q` looks for; null when it is left out or empty. */
  search(): SearchTerms | null {
    const text = this.one('q')?.trim() ?? '';
    if (text === '') return null;
    const terms = this.entity.search === null ? 'unknown_parameter' : parseSearch(text);
    if (typeof terms !== 'string') return terms;
    this.#refuse('q', terms, searchProblems[terms]);
    return null;
  }

  sort(): readonly SortKey[] {
    return this.list('sort').flatMap((key) => {
      const path = key.replace(/^-/, '');
      const target = findTarget(this.scope, this.entity, path);
      if (target === undefined || target.item !== null || target.part !== 'value' || !isSortable(target.field)) {
        this.#refuse('sort', 'unknown_field', `cannot sort by "${path}"`);
        return [];
      }
      return [{ field: target.field, isDescending: key.startsWith('-') }];
    });
  }

  limit(): number {
    const text = this.one('limit');
    if (text === null) return defaultLimit;
    const limit = /^[0-9]{1,6}$/.test(text) ? Number(text) : 0;
    if (limit < 1 || limit > maxLimit) this.#refuse('limit', 'out_of_range', `must be between 1 and ${maxLimit}`);
    return limit;
  }

  after(identity: string, order: readonly SortKey[]): readonly KeyValue[] | null {
    const text = this.one('after');
    if (text === null) return null;
    const values = decodeCursor(identity, order, text);
    if (values === undefined) this.#refuse('after', 'bad_cursor', 'is no cursor of this list');
    return values ?? null;
  }

  /** Fields asked for, the id always among them; all the actor may see unless told. */
  fields(): readonly CompiledField[] {
    const readable = readableFields(this.scope, this.entity);
    const names = this.list('fields');
    if (names.length === 0) return readable;
    for (const name of names) {
      if (!readable.some((field) => isNamed(field, name)))
        this.#refuse('fields', 'unknown_field', `there is no field "${name}"`);
    }
    return readable.filter((field) => field.path === 'id' || names.some((name) => isNamed(field, name)));
  }

  /** Refs that a parameter names: whose records are wanted in place of their ids, or their titles. */
  references(parameter: 'include' | 'titles'): readonly FieldTarget[] {
    return this.list(parameter).flatMap((name) => {
      if (parameter === 'include' && this.#isBeside(name)) return [];
      const target = findReference(this.scope, this.entity, name);
      if (target !== undefined) return [target];
      this.#refuse(parameter, 'unknown_field', `"${name}" refers to no record`);
      return [];
    });
  }

  /** Whether `include` names what is told beside the fields: the tags, or how complete a record is. */
  wants(beside: string): boolean {
    return this.list('include').some((name) => name === beside && this.#isBeside(name));
  }

  count(): CountMode {
    const text = this.one('count') ?? 'capped';
    const mode = countModes.find((known) => known === text);
    if (mode === undefined) this.#refuse('count', 'not_an_option', `must be one of ${countModes.join(', ')}`);
    return mode ?? 'capped';
  }

  /** Comma-separated values of a parameter. */
  list(name: string): readonly string[] {
    const text = this.one(name);
    return text === null || text === '' ? [] : [...new Set(text.split(',').map((part) => part.trim()))];
  }

  /** The only value of a parameter, or null. */
  one(name: string): string | null {
    const values = this.parameters.getAll(name);
    if (values.length > 1) this.#refuse(name, 'duplicate', 'is given more than once');
    return values[0] ?? null;
  }

  refuse(parameter: string, code: string, message: string): void {
    this.#refuse(parameter, code, message);
  }

  /** Refuses what is neither a filter nor known. @throws MalformedError when anything was wrong */
  finish(known: readonly string[]): void {
    for (const name of new Set(this.parameters.keys())) {
      if (!known.includes(name) && !name.startsWith('filter') && name !== 'where')
        this.#refuse(name, 'unknown_parameter', 'is not a parameter');
    }
    if (this.#problems.length > 0) throw new MalformedError('invalid_query', {}, { errors: this.#problems });
  }

  #isBeside(name: string): boolean {
    return isBeside(this.entity, name);
  }

  #filter(name: string): Sql | undefined {
    const [, fieldName = '', operatorName = 'eq'] = filterName.exec(name) ?? [];
    const target = findCondition(this.scope, this.entity, fieldName);
    if (target !== undefined) return this.#compare(name, target, operatorName);
    this.#refuse(name, 'unknown_field', 'is no field to filter by');
    return undefined;
  }

  #compare(name: string, target: ConditionTarget, operatorName: string): Sql | undefined {
    const operator = conditionOperators(target).find((known) => known === operatorName);
    const condition =
      operator && compileCondition({ target, operator, value: this.#valueOf(name, operator) }, this.#scope);
    if (operator === undefined) this.#refuse(name, 'unknown_operator', 'is no operator of this field');
    else if (condition === undefined) this.#refuse(name, 'wrong_value', 'cannot be compared with this value');
    return condition;
  }

  #valueOf(name: string, operator: Operator): string | readonly string[] | null {
    if (!severalValues.has(operator)) return this.one(name);
    const given = this.parameters.getAll(name);
    const values = given.length === 1 ? (given[0] ?? '').split(',') : given;
    if (values.length > maxChoices) this.#refuse(name, 'too_many', `at most ${maxChoices} values`);
    return values;
  }

  #where(): readonly Sql[] {
    const text = this.one('where');
    if (text === null) return [];
    if (text.length > maxTree) this.#refuse('where', 'too_long', `at most ${maxTree} characters`);
    const tree = text.length > maxTree ? undefined : this.#parsed(text);
    if (tree === undefined) return [];
    const compiled = compileTree(this.#scope, this.entity, tree, ({ pointer, code, message }) =>
      this.#refuse(`where${pointer}`, code, message),
    );
    return compiled === undefined ? [] : [compiled];
  }

  #parsed(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      this.#refuse('where', 'not_json', 'is no JSON');
      return undefined;
    }
  }

  #noteDay(calendar: Calendar): Calendar {
    this.#day = calendar.today;
    return calendar;
  }

  #refuse(parameter: string, code: string, message: string): void {
    this.#problems.push({ pointer: `?${parameter}`, code, message });
  }
}

function isNamed({ path, plugin }: CompiledField, name: string): boolean {
  return path === name || plugin === name;
}
