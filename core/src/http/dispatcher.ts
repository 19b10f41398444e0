import { Readable } from 'node:stream';
import { MalformedError, NotFoundError } from '@trellis-crm/sdk';
import type { Authenticator, Caller } from '../auth/authenticator.js';
import type { Generation } from '../kernel/generation.js';
import { FileStore } from '../files/file-store.js';
import { takeSent } from '../files/take-sent.js';
import type { Workspace } from '../workspace/workspace.js';
import { checkAccess, checkForgery, credentialsOf } from './caller.js';
import { clientAddress } from './client-address.js';
import { CookieJar } from './cookies.js';
import { Deadlines } from './deadlines.js';
import type { Endpoint, EndpointRequest, EndpointResponse, Method } from './endpoint.js';
import { allowHeader, MethodNotAllowedError } from './method-not-allowed-error.js';
import { actOnce } from './idempotency/act-once.js';
import { requestKeyOf } from './idempotency/request-key.js';
import { hasBody, type Admission } from './overload.js';
import { present } from './present.js';
import { bringsFiles, type FormFiles } from './read-form-files.js';
import { checkBody, checkParams, readBody, readIfVersion, readQuery } from './read-input.js';
import { isPartial, type Exchange, type Step } from './request-state.js';
import { limitTime, type TimeLimit } from './time-limit.js';
import { SchemaChecks } from './validation.js';

/** What the dispatcher needs from elsewhere. */
export interface DispatcherParts {
  readonly workspace: Workspace;
  readonly authenticator: Authenticator;
  readonly admission: Admission;
  /** Whether the person's side of the connection is encrypted. */
  isHttps(ctx: Exchange): boolean;
}

/** The last step of the pipeline, the same for every endpoint: find, authenticate, check access, read, check, act, present. */
export function dispatch(parts: DispatcherParts): Step {
  const checks = new SchemaChecks();
  const deadlines = new Deadlines(requestTimeoutMs);
  return async (ctx) => {
    const generation = parts.workspace.generation();
    const found = find(generation, ctx);
    if (found === null) return true;
    const { endpoint, params } = found;
    ctx.state.endpoint = endpoint;
    ctx.state.scope.module = endpoint.module;
    ctx.state.scope.what = endpoint.path;
    const cookies = new CookieJar(ctx, parts.isHttps(ctx));
    const known = authenticate(parts, { ctx, endpoint, cookies, generation });
    const caller = known instanceof Promise ? await known : known;
    ctx.state.actor = caller.identity;
    checkAccess(endpoint, caller);
    const timeLimit = limitTime(ctx, isUpload(endpoint, ctx) ? null : deadlines);
    const files = formFiles(parts);
    const response = await timeLimit
      .run(async () => {
        const { key, sent, ...read } = await readInput(parts, {
          ctx,
          endpoint,
          params,
          caller,
          cookies,
          checks,
          files,
        });
        const input =
          sent === undefined ? read : { ...read, files: await takeSent(files.store(), sent, caller.identity) };
        const request = toRequest(parts, ctx, input, { generation, caller, cookies, timeLimit });
        const act = (): Promise<EndpointResponse> => work(parts, ctx, () => endpoint.handle(request), endpoint);
        return key === null ? act() : actOnce(parts.workspace, { endpoint, request, key, act });
      }, dropBody)
      .finally(() => (files.received.length === 0 ? undefined : files.store().drop(files.received)));
    present(ctx, endpoint, response, cookies);
    return true;
  };
}

/** Nobody reads it any more: what stands behind it is told so. */
function dropBody({ body }: EndpointResponse): void {
  if (body instanceof Readable) body.destroy();
}

/** What comes in with a form is dropped after the answer, unless its handler has stored it. */
function formFiles({ workspace }: DispatcherParts): FormFiles {
  return { store: () => workspace.container.resolve(FileStore), received: [] };
}

/** As slow as its sender. */
function isUpload(endpoint: Endpoint, ctx: Exchange): boolean {
  return endpoint.input?.body?.kind === 'stream' || bringsFiles(endpoint, ctx);
}

const requestTimeoutMs = 15_000;

/** Counted as work when its body had to come first, but for uploads, which are as slow as their senders; others are counted at the door. */
function work(
  { admission }: DispatcherParts,
  ctx: Exchange,
  act: () => Promise<EndpointResponse>,
  endpoint: Endpoint,
): Promise<EndpointResponse> {
  const isUpload = endpoint.input?.body?.kind === 'stream';
  return isUpload || !hasBody(ctx.req.headers) ? act() : admission.work(act);
}

type KnownCaller = Caller & { readonly usesBearer: boolean };

/** The endpoint, or null when the answer is already given. @throws NotFoundError, MethodNotAllowedError */
function find(
  generation: Generation,
  ctx: Exchange,
): { endpoint: Endpoint; params: Readonly<Record<string, string>> } | null {
  refuseMalformedPath(ctx.path);
  const method = ctx.method === 'HEAD' ? 'GET' : ctx.method;
  const match = generation.match(method as Method, ctx.path);
  if (match.kind === 'absent') throw new NotFoundError('not_found');
  if (match.kind === 'plugin-disabled') throw new NotFoundError('plugin_disabled', { plugin: match.plugin });
  if (match.kind === 'found') return { endpoint: match.endpoint, params: match.params };
  if (ctx.method !== 'OPTIONS') throw new MethodNotAllowedError(match.allowed);
  ctx.status = 204;
  ctx.set('Allow', allowHeader(match.allowed));
  return null;
}

/** The dispatcher's table hands on what cannot be decoded; nothing has such a name, and a refusal says more than a 404. */
function refuseMalformedPath(path: string): void {
  if (!path.includes('%')) return;
  try {
    decodeURIComponent(path);
  } catch (cause) {
    throw new MalformedError('malformed_path', {}, { cause });
  }
}

/** Without waiting where the caller is known: that is nearly every request. */
function authenticate(
  { authenticator }: DispatcherParts,
  { ctx, endpoint, cookies, generation }: Arrival,
): KnownCaller | Promise<KnownCaller> {
  const credentials = credentialsOf(ctx, endpoint, cookies);
  const usesBearer = credentials.bearer !== null;
  const caller = authenticator.authenticate(credentials, generation);
  return caller instanceof Promise ? caller.then((found) => ({ ...found, usesBearer })) : { ...caller, usesBearer };
}

interface Arrival {
  readonly ctx: Exchange;
  readonly endpoint: Endpoint;
  readonly cookies: CookieJar;
  readonly generation: Generation;
}

interface Reading {
  readonly ctx: Exchange;
  readonly endpoint: Endpoint;
  readonly params: Readonly<Record<string, string>>;
  readonly caller: KnownCaller;
  readonly cookies: CookieJar;
  readonly checks: SchemaChecks;
  readonly files: FormFiles;
}

/** The forgery check stands between reading and checking: a form carries its token inside, and nothing is told before. */
async function readInput(
  { workspace }: DispatcherParts,
  { ctx, endpoint, params, caller, cookies, checks, files }: Reading,
) {
  const checkedParams = checkParams(endpoint.input, params, checks);
  const query = readQuery(endpoint, ctx, checks);
  const raw =
    hasBody(ctx.req.headers) || endpoint.input?.body !== undefined ? await readBody(endpoint, ctx, files) : null;
  checkForgery({ ctx, endpoint, body: raw }, caller, cookies, workspace.info().publicUrl);
  return {
    params: checkedParams,
    query,
    body: checkBody(endpoint, raw, checks),
    bodyStream: endpoint.input?.body?.kind === 'stream' ? ctx.req : null,
    sent: raw?.files,
    ifVersion: readIfVersion(ctx, raw),
    key: requestKeyOf({ ctx, endpoint, body: raw }, caller, cookies),
    method: endpoint.method,
  };
}

interface Surroundings {
  readonly generation: Generation;
  readonly caller: Caller;
  readonly cookies: CookieJar;
  readonly timeLimit: TimeLimit;
}

/** What few handlers ask for is made when they do: each costs as much as the rest of the request together. */
function toRequest(
  { workspace }: DispatcherParts,
  ctx: Exchange,
  input: Omit<Awaited<ReturnType<typeof readInput>>, 'key' | 'sent'> & Pick<EndpointRequest, 'files'>,
  { generation, caller, cookies, timeLimit }: Surroundings,
): EndpointRequest {
  let url: URL | undefined;
  return {
    params: input.params,
    query: input.query,
    body: input.body,
    bodyStream: input.bodyStream,
    ...(input.files !== undefined && { files: input.files }),
    ifVersion: input.ifVersion,
    method: input.method,
    generation,
    identity: caller.identity,
    session: caller.session,
    requestId: ctx.state.requestId,
    isPartial: isPartial(ctx),
    get url() {
      return (url ??= urlOf(ctx, workspace.info().publicUrl));
    },
    get ip() {
      return clientAddress(ctx.req, workspace.config.trustProxy);
    },
    get signal() {
      return timeLimit.signal;
    },
    header: (name) => ctx.get(name),
    cookie: (name) => cookies.get(name) ?? ctx.cookies.get(name),
    csrfToken: () => caller.session?.csrfToken ?? cookies.ensureGuestToken(),
  };
}

/** Under our own origin whatever the request line says: a client may write a whole address of somebody else there. */
function urlOf(ctx: Exchange, publicUrl: string): URL {
  if (publicUrl !== own.publicUrl) own = { publicUrl, origin: new URL(publicUrl).origin };
  return new URL(own.origin + ctx.path + ctx.search);
}

/** Parsed once: reading an address costs as much as a page's menu. */
let own = { publicUrl: '', origin: '' };
