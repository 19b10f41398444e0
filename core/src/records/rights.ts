import { ForbiddenError, type EntityVerb, type PermissionKey, type Reach } from '@trellis-crm/sdk';
import type { Identity } from '../auth/identity.js';
import type { CompiledEntity, CompiledField } from './compiled-entity.js';
import { recordAlias } from './compile-fields.js';
import type { ReadScope } from './record-scope.js';
import { allOf, anyOf, sql, type Sql } from './sql.js';

type RightsScope = Pick<ReadScope, 'identity' | 'elevatedFor'>;

/** The generic right `<entity>:<verb>`. */
export function permissionFor(entity: CompiledEntity, verb: EntityVerb): PermissionKey {
  return `${entity.definition.id}:${verb}`;
}

/** How far the actor's right goes; null: not at all. Elevated scopes reach everything of their module. */
export function reachFor(scope: RightsScope, entity: CompiledEntity, verb: EntityVerb): Reach | null {
  if (scope.elevatedFor === entity.definition.module) return 'all';
  return scope.identity.reach(permissionFor(entity, verb));
}

/** The same for acts that cannot do without. @throws ForbiddenError `forbidden` */
export function requireReach(scope: RightsScope, entity: CompiledEntity, verb: EntityVerb): Reach {
  const reach = reachFor(scope, entity, verb);
  if (reach === null) throw new ForbiddenError('forbidden', { permission: permissionFor(entity, verb) });
  return reach;
}

/** Condition on a record that holds within the reach. Has the same meaning as {@link isWithinReach}; a wider reach holds the narrower. */
export function withinReach(identity: Identity, entity: CompiledEntity, reach: Reach | null, prefix = ''): Sql {
  if (reach === 'all') return sql('true');
  if (reach === null || !entity.definition.owned) return sql('false');
  const record = `${prefix}${recordAlias}`;
  const conditions: Sql[] = [];
  if (identity.userId !== null) conditions.push(sql(`${record}."owner_id" = ?::uuid`, [identity.userId]));
  if (reach !== 'own') conditions.push(sql(`${record}."team_id" = any(?::uuid[])`, [teamsOf(identity, reach)]));
  return anyOf(conditions);
}

/** So many teams are looked up one by one; beyond, a list goes through all records until its page is full. */
const maxTeamBranches = 8;

/**
 * The same reach as conditions of which a record fulfils one at most: each has an index that gives its records in the order of the
 * default list. Null where one condition does. Without them a team that owns little is looked for among all records.
 */
export function reachBranches(identity: Identity, entity: CompiledEntity, reach: Reach): readonly Sql[] | null {
  if (!entity.definition.owned || reach === 'all' || reach === 'own') return null;
  const teams = teamsOf(identity, reach);
  if (teams.length > maxTeamBranches) return null;
  const branches = padded(teams).map((team) => sql('r."team_id" = ?::uuid', [team]));
  if (identity.userId === null) return branches;
  const elsewhere = '(r."team_id" is null or r."team_id" <> all(?::uuid[]))';
  return [...branches, sql(`r."owner_id" = ?::uuid and ${elsewhere}`, [identity.userId, teams])];
}

/** Filled up with teams that do not exist to 1, 2, 4 or 8, so that few statements do. */
function padded(teams: readonly string[]): readonly (string | null)[] {
  const size = 2 ** Math.ceil(Math.log2(Math.max(1, teams.length)));
  return Array.from({ length: size }, (_none, position) => teams[position] ?? null);
}

/** Condition that lets through what is not in the trash and within the actor's right to read. */
export function visibleRecords(scope: RightsScope, entity: CompiledEntity, prefix = ''): Sql {
  const isThere = sql(`${prefix}${recordAlias}."deleted_at" is null`);
  return allOf([isThere, withinReach(scope.identity, entity, reachFor(scope, entity, 'read'), prefix)]);
}

/** Owner and team of a record, as far as rights look at it. */
export interface Belonging {
  readonly owner: string | null;
  readonly team: string | null;
}

/** Whether a record lies within the reach. A record without owner and team belongs to those who reach all. */
export function isWithinReach(identity: Identity, reach: Reach | null, record: Belonging): boolean {
  if (reach === 'all') return true;
  if (reach === null) return false;
  if (identity.userId !== null && record.owner === identity.userId) return true;
  return reach !== 'own' && record.team !== null && teamsOf(identity, reach).includes(record.team);
}

/** Owner and team of a record as presented; both null for one without an owner to have. */
export function belongingOf(record: object): Belonging {
  return 'owner' in record && 'team' in record
    ? { owner: asId(record.owner), team: asId(record.team) }
    : { owner: null, team: null };
}

/** Whether the actor may see a field at all; one that may not is treated like one that does not exist. */
export function mayReadField(
  scope: RightsScope,
  { permissions, plugin }: CompiledField,
  entity: CompiledEntity,
): boolean {
  if (permissions === null || isElevatedField(scope, entity, plugin)) return true;
  return scope.identity.reach(permissions.read) !== null;
}

/** Whether the actor may write a restricted field. */
export function mayWriteField(
  scope: RightsScope,
  { permissions, plugin }: CompiledField,
  entity: CompiledEntity,
): boolean {
  if (permissions === null || isElevatedField(scope, entity, plugin)) return true;
  return scope.identity.reach(permissions.write) !== null && scope.identity.reach(permissions.read) !== null;
}

/** Whether a field belongs to the module that writes without the generic rights. */
export function isElevatedField(scope: RightsScope, entity: CompiledEntity, plugin: string | null): boolean {
  return scope.elevatedFor !== null && scope.elevatedFor === (plugin ?? entity.definition.module);
}

function teamsOf(identity: Identity, reach: Reach): readonly string[] {
  return reach === 'team' ? identity.teamIds : identity.subtreeTeamIds;
}

function asId(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
