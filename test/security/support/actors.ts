import type { Id } from '@trellis-crm/sdk';
import type { CoreTestHost } from '@trellis-crm/core/testing';
import type * as Tokens from '../../../core/dist/auth/api-token-store.js';
import type * as Sessions from '../../../core/dist/auth/session-store.js';
import type * as Csrf from '../../../core/dist/http/csrf.js';
import { actorFacts, type ActorName, type Preset } from '../policy/actors.js';
import { loadCore } from './core-rooms.js';

/** Somebody who asks, with what they present. */
export interface Actor {
  readonly name: ActorName;
  readonly userId: Id | null;
  readonly preset: Preset | null;
  /** Primary team, managed teams and those below. */
  readonly teams: readonly Id[];
  readonly subtree: readonly Id[];
  /** Headers of an API call. */
  readonly api: Readonly<Record<string, string>>;
  /** Headers of a page; forms carry the token. */
  readonly page: Readonly<Record<string, string>>;
  readonly csrf: string;
}

/** Teams and people that records of the matrix belong to. */
export interface Teams {
  readonly test: Id;
  /** Below the first. */
  readonly child: Id;
  /** Beside it. */
  readonly foreign: Id;
}

/** Creates the user of every actor, signs them in, and ends what is to be ended. */
export async function createActors(host: CoreTestHost, teams: Teams): Promise<ReadonlyMap<ActorName, Actor>> {
  const actors = new Map<ActorName, Actor>();
  for (const name of Object.keys(actorFacts) as ActorName[]) actors.set(name, await createActor(host, teams, name));
  return actors;
}

async function createActor(host: CoreTestHost, teams: Teams, name: ActorName): Promise<Actor> {
  const { preset, team, scopes, via, ended } = actorFacts[name];
  if (preset === null) return { name, userId: null, preset, teams: [], subtree: [], api: {}, page: {}, csrf: '' };
  const teamId = team && teams[team];
  // The manager of the team is the host's own.
  const isManager = preset === 'manager';
  const userId = isManager ? host.manager.userId : (await host.buildUser({ name, role: preset, teamId })).userId;
  const credentials = await issue(host, userId, scopes);
  if (ended !== undefined) await endings[ended](host, userId);
  const own = teamId ? [teamId] : [];
  const subtree = teamId === teams.test ? [teams.test, teams.child] : own;
  const facts = { name, userId, preset: ended === undefined ? preset : null, teams: own, subtree };
  return { ...facts, ...headersOf(credentials, scopes, via) };
}

/** The same person with a session and a token of their own, for requests that end those they come with. */
export async function withNewCredentials(host: CoreTestHost, actor: Actor): Promise<Actor> {
  if (actor.userId === null || actor.preset === null) return actor;
  const { scopes, via } = actorFacts[actor.name];
  return { ...actor, ...headersOf(await issue(host, actor.userId, scopes), scopes, via) };
}

interface Credentials {
  readonly token: string;
  readonly session: string;
  readonly csrf: string;
}

async function issue({ workspace }: CoreTestHost, userId: Id, scopes: readonly string[] | null): Promise<Credentials> {
  const { createToken } = await loadCore<typeof Tokens>('auth/api-token-store.js');
  const { createSession } = await loadCore<typeof Sessions>('auth/session-store.js');
  const { csrfTokenOf } = await loadCore<typeof Csrf>('http/csrf.js');
  const { knex } = workspace.database;
  const now = workspace.clock.now();
  const { token } = await createToken(knex, { userId, name: 'matrix', scopes: scopes ?? ['*'], expiresAt: null }, now);
  const session = await createSession(knex, userId, { ip: '127.0.0.1', userAgent: 'matrix' }, now);
  return { token, session, csrf: csrfTokenOf(session) };
}

/** A narrowed token has no session beside it; whoever sends it to a page is nobody there. */
function headersOf({ token, session, csrf }: Credentials, scopes: readonly string[] | null, via: 'token' | 'session') {
  const bearer = { Authorization: `Bearer ${token}` };
  const browser = { Cookie: `trellis_session=${session}` };
  if (scopes !== null) return { api: bearer, page: bearer, csrf: '' };
  return { api: via === 'token' ? bearer : { ...browser, 'X-CSRF-Token': csrf }, page: browser, csrf };
}

const endings = { deactivated: deactivate, expired: expire };

async function deactivate(host: CoreTestHost, userId: Id): Promise<void> {
  const { status } = await host.as(host.admin).post(`/api/v1/users/${userId}/deactivation`, { reassignTo: null });
  if (status !== 204 && status !== 200) throw new Error(`the user could not be deactivated: ${status}`);
}

async function expire(host: CoreTestHost, userId: Id): Promise<void> {
  await host.sql(`update core.sessions set last_seen_at = now() - interval '15 days' where user_id = ?`, [userId]);
  await host.sql(`update core.api_tokens set expires_at = now() - interval '1 minute' where user_id = ?`, [userId]);
}
