/** What a list shows, as its address says it; the names are those of the API. */
export interface ListState {
  readonly path: string;
  readonly filters: readonly ListFilter[];
  /** `amount` or `-amount`; null for the default, newest change first. */
  readonly sort: string | null;
  readonly after: string | null;
}

/** One condition: `filter[amount][gte]=1000`. */
export interface ListFilter {
  readonly field: string;
  readonly operator: string;
  readonly value: string;
}

/** Reads a list's address. Controls that were left empty do not filter. */
export function readListState(url: URL): ListState {
  const filters = [...url.searchParams].flatMap(([name, value]) => {
    const [, field, operator = 'eq'] = /^filter\[([\w.]+)\](?:\[(\w+)\])?$/.exec(name) ?? [];
    return field === undefined || value === '' ? [] : [{ field, operator, value }];
  });
  return { path: url.pathname, filters, sort: textParam(url, 'sort'), after: textParam(url, 'after') };
}

/** A day that was chosen for a moment, as the moment at which it begins or ends; any other value as it is. */
export type MomentOf = (field: string, operator: string, value: string) => string;

/** A filter that was chosen in the menu (`add`, `op`, `value`): the list's address with it, or null when there is none to add. */
export function addressWithAddedFilter(url: URL, momentOf: MomentOf): string | null {
  const field = textParam(url, 'add');
  if (field === null || !/^[\w.]+$/.test(field)) return null;
  const operator = textParam(url, 'op') ?? 'eq';
  const value = operator === 'empty' || operator === 'filled' ? String(operator === 'empty') : textParam(url, 'value');
  const state = readListState(url);
  if (value === null) return listAddress({ ...state, after: null });
  const added = {
    field,
    operator: operator === 'filled' ? 'empty' : operator,
    value: momentOf(field, operator, value),
  };
  const kept = state.filters.filter((filter) => filter.field !== field || filter.operator !== added.operator);
  return listAddress({ ...state, filters: [...kept, added], after: null });
}

/** The address of a list; every change of filter or order starts at its first page. */
export function listAddress({ path, ...state }: ListState): string {
  const search = new URLSearchParams(listParams(state)).toString();
  return search === '' ? path : `${path}?${search}`;
}

/** The state as query parameters, in a fixed order. */
export function listParams({ filters, sort, after }: Omit<ListState, 'path'>): [string, string][] {
  const params: [string, string][] = filters.map(({ field, operator, value }) => [filterName(field, operator), value]);
  if (sort !== null) params.push(['sort', sort]);
  if (after !== null) params.push(['after', after]);
  return params;
}

/** Name of a filter's parameter. */
export function filterName(field: string, operator = 'eq'): string {
  return operator === 'eq' ? `filter[${field}]` : `filter[${field}][${operator}]`;
}

function textParam(url: URL, name: string): string | null {
  const value = url.searchParams.get(name)?.trim();
  return value === undefined || value === '' ? null : value;
}
