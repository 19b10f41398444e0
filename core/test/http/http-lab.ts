import 'reflect-metadata';
import { loadConfig } from '@trellis-crm/config';
import type { PermissionKey, Reach } from '@trellis-crm/sdk';
import { pino } from 'pino';
import { container as rootContainer } from 'tsyringe';
import { Authenticator, type Caller, type Credentials } from '../../dist/auth/authenticator.js';
import type { Identity } from '../../dist/auth/identity.js';
import type { Endpoint, EndpointResponse, Method } from '../../dist/http/endpoint.js';
import type { ReadinessProbe } from '../../dist/http/health.js';
import { AssetStore, createApp, listen, ReadinessProbes, SetupState } from '../../dist/http/index.js';
import type { EndpointMatch, Generation } from '../../dist/kernel/generation.js';
import {
  coreIconsDir,
  coreViewSource,
  createAssetRegistry,
  createIconSet,
  createViewEngine,
} from '../../dist/views/index.js';
import type { Workspace } from '../../dist/workspace/workspace.js';

/** A server with hand-made endpoints; the pipeline around them is the real one. */
export interface HttpLab {
  readonly base: string;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

/** What a test may change about the lab. */
export interface LabOptions {
  readonly probes?: readonly ReadinessProbe[];
  readonly isSetUp?: () => boolean;
  readonly trustProxy?: number;
  readonly publicUrl?: string;
}

/** Session and CSRF token of the lab's signed-in browser; its bearer tokens are `trl_all` and `trl_read`. */
export const labSession = { cookie: 'trellis_session=secret-of-ada', csrf: 'csrf-of-ada' };

/** Starts a server on a free port. */
export async function startLab(endpoints: readonly Endpoint[], options: LabOptions = {}): Promise<HttpLab> {
  const server = await listen(createApp(labWorkspace(endpoints, options)), { host: '127.0.0.1', port: 0 });
  const base = `http://127.0.0.1:${server.port}`;
  return {
    base,
    fetch: (path, init) => fetch(base + path, { redirect: 'manual', ...init }),
    close: () => server.close(0),
  };
}

/** An API endpoint that answers what it received, unless told otherwise. */
export function buildEndpoint(overrides: Partial<Endpoint> = {}): Endpoint {
  return {
    method: 'GET',
    path: '/api/v1/echo',
    module: 'core',
    access: 'public',
    surface: 'api',
    handle: async ({ params, query, body, ifVersion, identity, ip }) =>
      answer({ params, query, body: body ?? null, ifVersion, actor: identity.id, ip }),
    ...overrides,
  };
}

/** A plain JSON answer. */
export function answer(body: object, status = 200): EndpointResponse {
  return { status, body };
}

function labWorkspace(endpoints: readonly Endpoint[], options: LabOptions): Workspace {
  const assets = createAssetRegistry();
  const views = createViewEngine({ sources: [coreViewSource()], assets, icons: createIconSet(coreIconsDir) });
  const container = rootContainer.createChildContainer();
  container.registerInstance(Authenticator, { authenticate: labAuthenticate, refresh: () => undefined });
  container.registerInstance(AssetStore, assets);
  container.registerInstance(SetupState, { isSetUp: async () => options.isSetUp?.() ?? true });
  for (const probe of options.probes ?? [{ name: 'always', check: async () => undefined }]) {
    container.registerInstance(ReadinessProbes, probe);
  }
  const publicUrl = options.publicUrl ?? 'http://localhost:3000';
  const generation = {
    number: 1,
    endpoints,
    views,
    modules: [{ module: 'core' }],
    match: (method: Method, path: string) => match(endpoints, method, path),
  };
  const workspace = {
    config: loadConfig({ env: { TRELLIS_TRUST_PROXY: String(options.trustProxy ?? 0) }, root: '/nowhere' }),
    log: pino({ level: 'silent' }),
    clock: { now: () => new Date() },
    container,
    generation: () => generation as unknown as Generation,
    info: () => ({ name: 'Lab', baseCurrency: 'EUR', timeZone: 'UTC', locale: 'en', publicUrl }),
  };
  return workspace as unknown as Workspace;
}

function match(endpoints: readonly Endpoint[], method: Method, path: string): EndpointMatch {
  const found = endpoints.flatMap((endpoint) => {
    const names = endpoint.path.split('/');
    const values = path.split('/');
    const fits =
      names.length === values.length && names.every((name, place) => name.startsWith(':') || name === values[place]);
    const params: Record<string, string> = {};
    names.forEach((name, place) => (name.startsWith(':') ? (params[name.slice(1)] = values[place] ?? '') : null));
    return fits ? [{ endpoint, params }] : [];
  });
  const exact = found.find(({ endpoint }) => endpoint.method === method);
  if (exact !== undefined) return { kind: 'found', ...exact };
  if (found.length > 0) return { kind: 'wrong-method', allowed: found.map(({ endpoint }) => endpoint.method) };
  return path.startsWith('/api/v1/gone') ? { kind: 'plugin-disabled', plugin: 'gone' } : { kind: 'absent' };
}

async function labAuthenticate({ bearer, sessionToken }: Credentials): Promise<Caller> {
  if (sessionToken === 'secret-of-ada') {
    return { identity: buildIdentity({}), session: { id: 's1', userId: 'ada', csrfToken: labSession.csrf } };
  }
  if (bearer !== null)
    return { identity: buildIdentity({ scopes: bearer === 'trl_read' ? ['read'] : null }), session: null };
  return { identity: buildIdentity({ kind: 'anonymous', id: 'anonymous', userId: null }), session: null };
}

/** Ada, who may read things but not delete them. */
function buildIdentity(overrides: Partial<Identity>): Identity {
  return {
    kind: 'user',
    id: 'ada',
    name: 'Ada',
    userId: 'ada',
    teamId: null,
    locale: 'en',
    timeZone: 'UTC',
    teamIds: [],
    subtreeTeamIds: [],
    roleKey: 'user',
    scopes: null,
    onBehalfOf: null,
    reach: (permission: PermissionKey): Reach | null => (permission === 'core.thing:read' ? 'all' : null),
    ...overrides,
  };
}
