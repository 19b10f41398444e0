import {
  isFilterGroup,
  isTrellisError,
  ValidationError,
  type FilterGroup,
  type FilterNode,
  type Problem,
} from '@trellis-crm/sdk';
import {
  compileTree,
  findTarget,
  isSortable,
  parseListQuery,
  readableFields,
  type CompiledEntity,
  type FilterScope,
} from '../records/index.js';
import { completenessPath, hasCompleteness } from '../completeness/index.js';
import { hasTags, tagsPath } from '../records/tags/tag.js';
import type { ViewState } from './saved-view.js';

/** Refuses a state that its owner could not ask a list for. @throws ValidationError with a pointer to each thing that is wrong */
export function checkState(
  scope: FilterScope,
  entity: CompiledEntity,
  { where, sort, columns, layout }: ViewState,
): void {
  const parameters = new URLSearchParams(where === null ? [] : [['where', JSON.stringify(where)]]);
  if (sort.length > 0) parameters.set('sort', sort.join());
  const errors = [
    ...queryProblems(scope, entity, parameters),
    ...columnProblems(scope, entity, columns ?? []),
    ...(layout === 'board' && entity.definition.views?.board === undefined
      ? [{ pointer: '/layout', code: 'not_an_option', message: 'there is no board of these records' }]
      : []),
  ];
  if (errors.length > 0) throw new ValidationError('not_valid', {}, { errors });
}

/** A state as one reader may know it. */
export interface KnownState {
  readonly state: ViewState;
  /** Something was left out: a field that is not there (any more) or that the reader may not see. */
  readonly isReduced: boolean;
}

/** A state without what the reader could not ask for: a shared view shows nobody more than they may see, and is no way to ask about it. */
export function knownState(scope: FilterScope, entity: CompiledEntity, state: ViewState): KnownState {
  const where = state.where === null ? null : knownGroup(scope, entity, state.where);
  const sort = state.sort.filter((key) => isKnownKey(scope, entity, key));
  const paths = columnPaths(scope, entity);
  const left = state.columns?.filter((path) => paths.has(path)) ?? null;
  const columns = left?.length === 0 ? null : left;
  const layout = entity.definition.views?.board === undefined ? 'list' : state.layout;
  const known: ViewState = { layout, where, sort, columns };
  return { state: known, isReduced: JSON.stringify(known) !== JSON.stringify(inOrder(state)) };
}

/** Members in the order of {@link knownState}. */
function inOrder({ layout, where, sort, columns }: ViewState): ViewState {
  return { layout, where, sort, columns };
}

function queryProblems(scope: FilterScope, entity: CompiledEntity, parameters: URLSearchParams): readonly Problem[] {
  try {
    parseListQuery(scope, entity, parameters);
    return [];
  } catch (error) {
    if (!isTrellisError(error) || error.kind !== 'malformed') throw error;
    return error.errors.map(({ pointer, ...problem }) => ({ ...problem, pointer: pointer.replace('?', '/') }));
  }
}

/** Fields the actor may see, and what is told beside them. */
function columnPaths(scope: FilterScope, entity: CompiledEntity): ReadonlySet<string> {
  const paths = readableFields(scope, entity).map(({ path }) => path);
  const beside = [...(hasTags(entity) ? [tagsPath] : []), ...(hasCompleteness(entity) ? [completenessPath] : [])];
  return new Set([...paths, ...beside]);
}

function columnProblems(scope: FilterScope, entity: CompiledEntity, columns: readonly string[]): readonly Problem[] {
  const known = columnPaths(scope, entity);
  return columns.flatMap((path, place) =>
    known.has(path) ? [] : [{ pointer: `/columns/${place}`, code: 'unknown_field', message: 'is no field to show' }],
  );
}

/** Null when nothing is left. */
function knownGroup(scope: FilterScope, entity: CompiledEntity, group: FilterGroup): FilterGroup | null {
  const nodes = ('all' in group ? group.all : group.any).flatMap((node) => knownNode(scope, entity, node) ?? []);
  if (nodes.length === 0) return null;
  return 'all' in group ? { all: nodes } : { any: nodes };
}

function knownNode(scope: FilterScope, entity: CompiledEntity, node: FilterNode): FilterNode | null {
  if (isFilterGroup(node)) return knownGroup(scope, entity, node);
  return compileTree(scope, entity, node, () => undefined) === undefined ? null : node;
}

function isKnownKey(scope: FilterScope, entity: CompiledEntity, key: string): boolean {
  const target = findTarget(scope, entity, key.replace(/^-/, ''));
  return target !== undefined && target.item === null && target.part === 'value' && isSortable(target.field);
}
