import { ForbiddenError, PluginError, type Context, type PermissionKey, type Policy } from '@trellis-crm/sdk';
import type { ContextScope } from './callback.js';
import type { ContextParts } from './context-parts.js';

/** The questions about rights one context answers, and whether one was asked with success. */
export interface Authorization {
  readonly can: Context['can'];
  readonly authorize: Context['authorize'];
  /** @throws PluginError `elevated_without_authorize` */
  assertAuthorized(): void;
}

/** Rights of the actor of a scope. A module that acts as itself needs no leave for its own entities. */
export function createAuthorization(parts: ContextParts, scope: ContextScope): Authorization {
  const { identity, generation } = scope;
  let isAuthorized = identity.kind === 'plugin' && identity.id === scope.module;
  const can = (permission: PermissionKey, record?: object): boolean => {
    assertDeclared(permission);
    const reach = identity.reach(permission);
    if (reach === null) return false;
    return record === undefined || reach === 'all' || parts.isWithinReach(identity, reach, record);
  };
  const assertDeclared = (permission: PermissionKey): void => {
    if (generation.permissions.has(permission) || belongsToAbsent(scope, permission)) return;
    throw new PluginError(
      'permission_not_declared',
      { module: scope.module, permission },
      { message: `No module declares the right "${permission}"` },
    );
  };
  return {
    can,
    authorize(asked: PermissionKey | Policy<never>, record?: object) {
      const policy: Policy<never> = typeof asked === 'string' ? { permission: asked } : asked;
      if (!can(policy.permission, record)) throw new ForbiddenError('forbidden', { permission: policy.permission });
      const refusal = record === undefined ? null : (policy.refuses?.(identity, record as never) ?? null);
      if (refusal !== null) throw new ForbiddenError(refusal, { permission: policy.permission });
      isAuthorized = true;
    },
    assertAuthorized() {
      if (isAuthorized) return;
      throw new PluginError(
        'elevated_without_authorize',
        { module: scope.module },
        { message: `${scope.module} called elevated() before authorize()` },
      );
    },
  };
}

/** Rights of a plugin that is not active are nobody's, which is no mistake. */
function belongsToAbsent({ generation }: ContextScope, permission: PermissionKey): boolean {
  const [module = ''] = permission.split('.');
  return !generation.modules.some((candidate) => candidate.module === module);
}
