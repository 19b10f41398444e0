import type { Identity } from '../auth/identity.js';
import type { Theme, ViewEnv } from '../views/view-env.js';
import type { Workspace } from '../workspace/workspace.js';

/** What of a request a rendering depends on. */
export interface ViewRequest {
  readonly identity: Identity | undefined;
  readonly csrfToken: string;
  /** Value of the `theme` cookie. */
  readonly theme: string | undefined;
  /** Value of the `shortcuts` cookie. */
  readonly shortcuts?: string | undefined;
  /** Path and query of the page. */
  readonly url: string;
}

/** The surroundings of one rendering: the person's language, zone and theme, the workspace's where the person has none. */
export function viewEnvOf(workspace: Workspace, request: ViewRequest): ViewEnv {
  const { identity } = request;
  const info = workspace.info();
  const env = {
    locale: identity?.locale ?? info.locale,
    timeZone: identity?.timeZone ?? info.timeZone,
    currency: info.baseCurrency,
    theme: toTheme(request.theme),
    areKeysOff: request.shortcuts === 'off',
    csrfToken: request.csrfToken,
    url: request.url,
    now: workspace.clock.now(),
  };
  if (identity?.kind !== 'user') return env;
  return { ...env, user: { id: identity.id, name: identity.name, href: '/me' } };
}

function toTheme(value: string | undefined): Theme {
  return value === 'light' || value === 'dark' ? value : 'system';
}
