import { ValidationError, type Id, type Problem } from '@trellis-crm/sdk';
import type { PreparedRow } from '../database/prepared.js';
import type { CompiledEntity, CompiledField, CompiledList } from './compiled-entity.js';
import { isLinks, newLinks, type PlacedLink } from './links.js';
import { pointerOf } from './parse-input.js';
import type { ReadScope, WriteScope } from './record-scope.js';
import { reachFor, withinReach } from './rights.js';
import { sql } from './sql.js';
import { selectRows } from './statements/select-rows.js';
import { ownerKey, type ReferenceCheck } from './writes/write-shape.js';

/** Values about to be written and which of them are new. */
export interface Draft {
  readonly values: ReadonlyMap<string, unknown>;
  readonly changed: ReadonlySet<string>;
  /** Values before, of a record that there is already: links it has are not asked about again. */
  readonly old?: ReadonlyMap<string, unknown>;
  /** In front of the pointers of its problems, when it is one of several. */
  readonly prefix: string;
}

/** What is known of the users that drafts name: their primary team. */
export type TeamsByUser = ReadonlyMap<string, string | null>;

/**
 * Makes sure that what the drafts newly refer to exists, is not in the trash and may be seen by the actor. Rows are locked
 * against deletion until the end of the transaction: one query per entity referred to.
 * @throws ValidationError with the same text for what is absent and what is invisible
 */
export async function checkReferences(
  scope: WriteScope,
  entity: CompiledEntity,
  drafts: readonly Draft[],
): Promise<TeamsByUser> {
  const references = referencesOf(entity, drafts);
  const teams = new Map<string, string | null>();
  const problems: Problem[] = [];
  for (const [targetId, group] of Map.groupBy(references, ({ target }) => target)) {
    const found = await lockTargets(scope, entity, targetId, group);
    for (const reference of group) {
      const target = found.get(reference.id);
      const problem = problemWith(reference, target);
      if (problem !== null) problems.push(problem);
      else if (target !== undefined && targetId === userEntity) teams.set(reference.id, target.team);
    }
  }
  refuse(problems);
  return teams;
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ValidationError('invalid_record', {}, { errors: problems });
}

/** What a statement found of the records that were referred to. */
export interface FoundTargets {
  /** Owners there are, by id. */
  readonly owners: ReadonlyMap<Id, { readonly team: Id | null; readonly hasLeft: boolean }>;
  /** What else may be referred to, by entity. */
  readonly found: ReadonlyMap<string, ReadonlySet<Id>>;
}

/** Refuses the references for which a statement did not write. @throws ValidationError in the words of {@link checkReferences} */
export function refuseReferences(references: readonly Reference[], { owners, found }: FoundTargets): void {
  const problems = [...Map.groupBy(references, ({ target }) => target).values()].flat().flatMap((reference) => {
    const owner = owners.get(reference.id);
    const isThere = reference.isOwner ? owner !== undefined : found.get(reference.target)?.has(reference.id) === true;
    const hasLeft = reference.isOwner && owner?.hasLeft === true;
    return problemWith(reference, isThere ? { isVisible: true, hasLeft, team: null } : undefined) ?? [];
  });
  refuse(problems);
}

/** Distinct ids of references, by what is asked about them. */
export function idsByTarget(references: readonly Reference[]): ReadonlyMap<string, readonly Id[]> {
  const ids = new Map<string, Set<Id>>();
  for (const reference of references) {
    const known = ids.get(keyOf(reference)) ?? new Set<Id>();
    ids.set(keyOf(reference), known.add(reference.id));
  }
  return new Map([...ids].map(([target, set]) => [target, [...set]]));
}

/** What a statement asks about references. */
export function checksOf(
  scope: ReadScope,
  entity: CompiledEntity,
  references: readonly Reference[],
): readonly ReferenceCheck[] {
  return [...new Set(references.map(keyOf))].sort().map((target) => {
    if (target === ownerKey || isFree(scope, entity)) return { target, reach: 'all' };
    const targetEntity = scope.generation.entities.get(target);
    return { target, reach: targetEntity === undefined ? null : reachFor(scope, targetEntity, 'read') };
  });
}

function keyOf({ target, isOwner }: Reference): string {
  return isOwner ? ownerKey : target;
}

/** Something that a draft newly refers to. */
export interface Reference {
  readonly target: string;
  readonly id: string;
  readonly pointer: string;
  /** Owners need not be visible: who may own is decided by the reach of the right to write. They must not have left. */
  readonly isOwner: boolean;
}

const userEntity = 'core.user';

/** Everything that drafts newly refer to. */
export function referencesOf(entity: CompiledEntity, drafts: readonly Draft[]): Reference[] {
  const references: Reference[] = [];
  for (const { values, changed, old, prefix } of drafts) {
    for (const field of entity.referring.filter(({ path }) => changed.has(path))) {
      const pointer = `${prefix}${pointerOf(field)}`;
      if (isLinks(field.field)) references.push(...linkReferences(newLinks(values, old, field.path), pointer));
      else addNamed(references, field, values.get(field.path), pointer);
    }
  }
  return references;
}

function addNamed(references: Reference[], field: CompiledField, value: unknown, pointer: string): void {
  if (field.list !== null) addEntries(references, field.list, value, pointer);
  else if (field.target !== null && typeof value === 'string')
    references.push({ target: field.target, id: value, pointer, isOwner: field.isSystem && field.path === 'owner' });
}

function linkReferences(links: readonly PlacedLink[], pointer: string): Reference[] {
  return links.map(({ entity, id, position }) => {
    return { target: entity, id, pointer: `${pointer}/${position}`, isOwner: false };
  });
}

function addEntries(references: Reference[], { items }: CompiledList, value: unknown, pointer: string): void {
  if (!Array.isArray(value)) return;
  for (const [position, entry] of (value as readonly Readonly<Record<string, unknown>>[]).entries())
    for (const item of items) addNamed(references, item, entry[item.name], `${pointer}/${position}/${item.name}`);
}

function problemWith({ pointer, isOwner }: Reference, target: Target | undefined): Problem | null {
  if (target === undefined || !(target.isVisible || isOwner))
    return { pointer, code: 'unknown_reference', message: 'refers to no record' };
  if (isOwner && target.hasLeft) return { pointer, code: 'inactive_owner', message: 'is deactivated' };
  return null;
}

interface Target {
  readonly isVisible: boolean;
  /** For users: whether they are deactivated. */
  readonly hasLeft: boolean;
  readonly team: string | null;
}

/**
 * Key-share locks are what the foreign key takes anyway; they make whoever trashes the target wait. Owners are locked against
 * any change, so that a deactivation comes before the check or hands over what is written after it.
 */
async function lockTargets(
  scope: WriteScope,
  entity: CompiledEntity,
  targetId: string,
  references: readonly Reference[],
): Promise<ReadonlyMap<string, Target>> {
  const target = scope.generation.entities.get(targetId);
  if (target === undefined) return new Map();
  const visible = isFree(scope, entity)
    ? sql('true')
    : withinReach(scope.identity, target, reachFor(scope, target, 'read'));
  const ids = [...new Set(references.map(({ id }) => id))];
  const isUser = targetId === userEntity;
  const rows = await selectRows(scope, target, {
    columns: ['r."id"', visible, ...(isUser ? ['r."team_id"', 'r."status"'] : [])],
    conditions: [sql('r."id" = any(?::uuid[])', [ids]), sql('r."deleted_at" is null')],
    tail: references.some(({ isOwner }) => isOwner) ? 'for share' : 'for key share',
  });
  return new Map(rows.map((row) => [String(row[0]), toTarget(row)]));
}

function isFree(scope: ReadScope, entity: CompiledEntity): boolean {
  return scope.elevatedFor === entity.definition.module;
}

function toTarget([_id, isVisible, team, status]: PreparedRow): Target {
  return {
    isVisible: isVisible === true,
    hasLeft: status === 'inactive',
    team: typeof team === 'string' ? team : null,
  };
}
