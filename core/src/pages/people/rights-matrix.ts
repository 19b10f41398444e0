import type { PermissionKey, Reach } from '@trellis-crm/sdk';
import { humanise } from '../fields/labels.js';
import type { PageCall } from '../page-call.js';

/** One right of a role, as the API tells it. */
export interface Grant {
  readonly permission: string;
  readonly module: string;
  readonly reach: Reach | null;
  /** What the module declares for the preset. */
  readonly declared: Reach | null;
}

const verbs = ['read', 'create', 'update', 'delete', 'import'] as const;

/** Rights as people think of them: a row per kind of record with a column per verb, then the rights that fit no column. */
export function rightsMatrix(call: PageCall, grants: readonly Grant[]): object {
  const byKey = new Map(grants.map((grant) => [grant.permission, grant]));
  const { generation } = call.request;
  const entities = [...generation.entities.values()].filter(({ definition }) => byKey.has(`${definition.id}:read`));
  const rows = entities.map(({ definition }) => ({
    label: call.labels.many(definition),
    source: definition.module === 'core' ? undefined : call.t(`${definition.module}:plugin.name`),
    cells: verbs.map((verb) =>
      cellOf(call, byKey.get(`${definition.id}:${verb}`), {
        verb: call.t(`roles.verb.${verb}`),
        entity: call.labels.many(definition),
        isOwned: definition.owned || verb === 'create',
      }),
    ),
  }));
  const generic = new Set(entities.flatMap(({ definition }) => verbs.map((verb) => `${definition.id}:${verb}`)));
  const others = grants
    .filter(({ permission }) => !generic.has(permission))
    .map((grant) => {
      const label = permissionLabel(call, grant);
      return { label, cell: cellOf(call, grant, { verb: label, entity: '', isOwned: true }) };
    });
  return { columns: verbs.map((verb) => call.t(`roles.verb.${verb}`)), rows, others };
}

function cellOf(
  { t }: PageCall,
  grant: Grant | undefined,
  { verb, entity, isOwned }: { verb: string; entity: string; isOwned: boolean },
): object | null {
  if (grant === undefined) return null;
  const reaches: readonly Reach[] = isOwned ? ['own', 'team', 'subtree', 'all'] : ['all'];
  const offered = grant.reach === null || reaches.includes(grant.reach) ? reaches : [grant.reach, ...reaches];
  return {
    name: grant.permission,
    verb,
    label: [verb, entity].filter((part) => part !== '').join(' · '),
    value: grant.reach ?? '',
    text: t(`roles.reach.${grant.reach ?? 'none'}`),
    isChanged: grant.reach !== grant.declared,
    options: [
      { value: '', label: t('roles.reach.none') },
      ...offered.map((reach) => ({ value: reach, label: t(`roles.reach.${reach}`) })),
    ],
  };
}

/** The declared name of a right, else its key made readable: `core.account.revenue:read`. */
function permissionLabel({ request, env, t }: PageCall, { permission, module }: Grant): string {
  const { views, permissions } = request.generation;
  const key = permissions.get(permission as PermissionKey)?.label ?? '';
  if (key !== '' && views.hasText(env, module, key)) return t(`${module}:${key}`);
  const [subject = '', verb = ''] = permission.split(':');
  return `${humanise(subject.split('.').slice(1).join(' '))}: ${humanise(verb).toLowerCase()}`;
}
