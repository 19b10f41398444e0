/** Roles as every workspace has them. */
export type Preset = 'admin' | 'manager' | 'user' | 'read-only';

/** What somebody is and presents. */
export interface ActorFacts {
  readonly preset: Preset | null;
  /** Primary team: `test` is the manager's, `foreign` lies beside it. */
  readonly team: 'test' | 'foreign' | null;
  /** A token narrowed to these scopes; null: everything of the role. */
  readonly scopes: readonly string[] | null;
  /** What an API call carries. */
  readonly via: 'token' | 'session';
  /** The access ended, though token and session are still presented. */
  readonly ended?: 'deactivated' | 'expired';
}

const whole = { scopes: null, via: 'token' } as const;

/** The identities of the matrix. */
const facts = {
  anonymous: { preset: null, team: null, ...whole },
  admin: { preset: 'admin', team: 'test', ...whole },
  manager: { preset: 'manager', team: 'test', ...whole },
  user: { preset: 'user', team: 'test', ...whole },
  userInBrowser: { preset: 'user', team: 'test', scopes: null, via: 'session' },
  readOnly: { preset: 'read-only', team: 'test', ...whole },
  teamless: { preset: 'user', team: null, ...whole },
  outsider: { preset: 'user', team: 'foreign', ...whole },
  narrow: { preset: 'admin', team: 'test', scopes: ['core.account:read'], via: 'token' },
  reading: { preset: 'admin', team: 'test', scopes: ['read'], via: 'token' },
  pluginScoped: {
    preset: 'user',
    team: 'test',
    scopes: ['sales.deal:read', 'sales.deal:update', 'sales.stage:read'],
    via: 'token',
  },
  deactivated: { preset: 'admin', team: 'test', ...whole, ended: 'deactivated' },
  expired: { preset: 'admin', team: 'test', ...whole, ended: 'expired' },
} as const satisfies Readonly<Record<string, ActorFacts>>;

/** Who asks. */
export type ActorName = keyof typeof facts;

/** What each of them is. */
export const actorFacts: Readonly<Record<ActorName, ActorFacts>> = facts;
