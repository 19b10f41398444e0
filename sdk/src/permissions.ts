/** How far a right reaches: the actor's own records, their teams' (`team`), those of teams below too (`subtree`), or every record. */
export type Reach = 'own' | 'team' | 'subtree' | 'all';

/** Role presets every workspace has; an admin may add roles and change grants. */
export type RolePreset = 'admin' | 'manager' | 'user' | 'read-only';

/** Which preset gets a right, and how far. A preset that is not named does not get it; `admin` always does. */
export type Grants = Partial<Record<RolePreset, Reach>>;

/** `<entity>:<verb>`, for instance `sales.deal:close`. */
export type PermissionKey = `${string}:${string}`;

/** A right beyond those derived from entities. */
export interface PermissionDefinition {
  /** Catalogue key of its name in the roles page. */
  readonly label: string;
  readonly grants: Grants;
}

/** Rights a plugin declares, by key. */
export type PermissionMap = Readonly<Record<PermissionKey, PermissionDefinition>>;

/**
 * Declares rights beyond the derived `<entity>:read|create|update|delete|import`.
 * @example definePermissions({ 'sales.deal:close': { label: 'permissions.close', grants: { manager: 'subtree', user: 'own' } } })
 * @since 0.1.0
 */
export function definePermissions<const P extends PermissionMap>(permissions: P): P {
  return permissions;
}

/** A rule beyond the declared rights: which right it asks for and, given the record, whether the act is allowed. */
export interface Policy<R = unknown> {
  readonly permission: PermissionKey;
  /** Says no with the code of the reason; null means yes. Pure. */
  readonly refuses?: (actor: Actor, record: R) => string | null;
}

/** Who acts. Handlers and jobs act as `plugin`, the command line as `operator`, what anybody sent to a web form as `form`. */
export interface Actor {
  readonly kind: 'user' | 'plugin' | 'form' | 'operator' | 'anonymous';
  /** User id, plugin id, id of the form, or a fixed word for the others. */
  readonly id: string;
  readonly name: string;
  /** Set for users only. */
  readonly userId: string | null;
  /** Primary team of a user. */
  readonly teamId: string | null;
  readonly locale: string;
  readonly timeZone: string;
  /** Reach of a right, or null when the actor does not hold it. */
  reach(permission: PermissionKey): Reach | null;
}
