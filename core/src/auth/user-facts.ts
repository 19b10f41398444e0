import type { Id, PermissionKey, Reach } from '@trellis-crm/sdk';
import type { Identity } from './identity.js';
import type { Place } from './special-identities.js';

/** What the database says about a user that rights depend on; cached for seconds. */
export interface UserFacts {
  readonly id: Id;
  readonly name: string;
  readonly roleKey: string;
  readonly teamId: Id | null;
  readonly locale: string | null;
  readonly timeZone: string | null;
  readonly teamIds: readonly Id[];
  readonly subtreeTeamIds: readonly Id[];
}

/** Row of {@link userFactsSql}. */
export interface UserFactsRow {
  readonly user_id: Id;
  readonly name: string;
  readonly role: string;
  readonly team_id: Id | null;
  readonly locale: string | null;
  readonly time_zone: string | null;
  readonly team_ids: readonly Id[];
  readonly subtree_team_ids: readonly Id[];
}

/** Columns of the facts for users `u`; teams that went to the trash count for nobody. */
export const userFactsColumns = `u.id as user_id, u.name, u.role, u.team_id, u.locale, u.time_zone, teams.team_ids, teams.subtree_team_ids`;

/** Joins the teams of users `u`: their own and those they manage, and all below these. */
export const userTeamsJoin = `
  cross join lateral (
    with recursive own as (
      select t.id from core.teams t where t.id = u.team_id and t.deleted_at is null
      union
      select t.id from core.team_managers m join core.teams t on t.id = m.team_id
      where m.user_id = u.id and t.deleted_at is null
    ), below as (
      select id from own
      union
      select t.id from core.teams t join below b on t.parent_id = b.id where t.deleted_at is null
    )
    select array(select id from own) as team_ids, array(select id from below) as subtree_team_ids
  ) teams`;

/** The facts of a row. */
export function toUserFacts(row: UserFactsRow): UserFacts {
  return {
    id: row.user_id,
    name: row.name,
    roleKey: row.role,
    teamId: row.team_id,
    locale: row.locale,
    timeZone: row.time_zone,
    teamIds: row.team_ids,
    subtreeTeamIds: row.subtree_team_ids,
  };
}

/** A user as an actor. Scopes narrow the rights of the role, they never widen them. */
export function userIdentity(
  facts: UserFacts,
  grants: ReadonlyMap<PermissionKey, Reach>,
  place: Place,
  scopes: readonly string[] | null = null,
): Identity {
  const narrowed = scopes === null || scopes.includes('*') ? null : scopes;
  return {
    kind: 'user',
    id: facts.id,
    name: facts.name,
    userId: facts.id,
    teamId: facts.teamId,
    locale: facts.locale ?? place.locale,
    timeZone: facts.timeZone ?? place.timeZone,
    teamIds: facts.teamIds,
    subtreeTeamIds: facts.subtreeTeamIds,
    roleKey: facts.roleKey,
    scopes: narrowed,
    onBehalfOf: null,
    reach: (permission) => (isInScope(permission, narrowed) ? (grants.get(permission) ?? null) : null),
  };
}

function isInScope(permission: PermissionKey, scopes: readonly string[] | null): boolean {
  if (scopes === null || scopes.includes(permission)) return true;
  return scopes.includes('read') && permission.endsWith(':read');
}
