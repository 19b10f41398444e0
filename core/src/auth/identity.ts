import type { Actor, Id, PermissionKey, Reach } from '@trellis-crm/sdk';

/** An actor with what SQL needs to decide on rights: resolved once per request from the cached grants of its role. */
export interface Identity extends Actor {
  /** Teams the actor belongs to or manages (reach `team`). */
  readonly teamIds: readonly Id[];
  /** Those and every team below them (reach `subtree`). */
  readonly subtreeTeamIds: readonly Id[];
  /** Key of the role; null for plugins and the operator. */
  readonly roleKey: string | null;
  /** Scopes of the token used: rights it is narrowed to; null means all of the actor's. */
  readonly scopes: readonly string[] | null;
  /** For a plugin that acts because a user did something: whom the audit log names beside it. */
  readonly onBehalfOf: Id | null;
  reach(permission: PermissionKey): Reach | null;
}
