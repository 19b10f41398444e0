import type { Id, Reach } from '@trellis-crm/sdk';
import type { Row } from '../policy/row.js';
import { actorFacts } from '../policy/actors.js';
import { grants } from '../policy/grants.js';
import type { Actor } from './actors.js';

/** How a record stands to whoever asks. */
export type Relation = 'own' | 'team' | 'subtree' | 'other' | 'deleted' | 'absent' | 'none';

/** Owner and team of a record. */
export interface Belonging {
  readonly owner: Id | null;
  readonly team: Id | null;
}

/**
 * What the policy says an answer is: nobody we know, known but not allowed, as if there were no such thing, or done.
 * `unknown` comes before all else, and `forbidden` tells nothing about a record that the actor may not read.
 */
export type Verdict = 'unknown' | 'forbidden' | 'hidden' | 'allowed';

/** A question to the policy. */
export interface Question {
  readonly row: Row;
  readonly actor: Actor;
  readonly relation: Relation;
  /** Of the record in question; of the one to be created, for `create`. */
  readonly belonging: Belonging;
  readonly surface: 'api' | 'page';
  readonly method: string;
}

/** Answers a question from the policy file alone. */
export function verdictOf(question: Question): Verdict {
  const { row, actor, surface } = question;
  if (row.kind === 'public') return 'allowed';
  if (isUnknown(actor, surface)) return 'unknown';
  switch (row.kind) {
    case 'signed-in':
    case 'own':
      return mayActForOneself(question, row) ? ofOwnThing(question, row) : 'forbidden';
    case 'create':
      return allowedIf(canReach(actor, `${row.entity}:create`, question.belonging));
    case 'right':
      return allowedIf(reachOf(actor, row.right) !== null);
    default:
      return ofRecord(question, row);
  }
}

function allowedIf(isAllowed: boolean): Verdict {
  return isAllowed ? 'allowed' : 'forbidden';
}

/** The reach the policy gives an actor. */
export function reachOf({ name, preset }: Actor, right: string): Reach | null {
  if (preset === null || !isInScope(actorFacts[name].scopes, right)) return null;
  return preset === 'admin' ? 'all' : (grants[right]?.[preset] ?? null);
}

function isInScope(scopes: readonly string[] | null, right: string): boolean {
  if (scopes === null || scopes.includes(right)) return true;
  return scopes.includes('read') && right.endsWith(':read');
}

/** Whether a record lies within an actor's right. */
export function canReach(actor: Actor, right: string, { owner, team }: Belonging): boolean {
  const reach = reachOf(actor, right);
  if (reach === null || reach === 'all') return reach === 'all';
  if (owner !== null && owner === actor.userId) return true;
  const teams = reach === 'subtree' ? actor.subtree : actor.teams;
  return reach !== 'own' && team !== null && teams.includes(team);
}

/** Pages take sessions only, so a narrowed token is nobody there. */
function isUnknown(actor: Actor, surface: 'api' | 'page'): boolean {
  return actor.preset === null || (surface === 'page' && actorFacts[actor.name].scopes !== null);
}

type OwnRow = Extract<Row, { readonly kind: 'signed-in' | 'own' }>;

/** A narrowed token may look; some things only a browser may do. */
function mayActForOneself({ actor, surface, method }: Question, row: OwnRow): boolean {
  const { scopes, via } = actorFacts[actor.name];
  if (scopes !== null && method !== 'GET') return false;
  return row.needs !== 'session' || surface === 'page' || via === 'session';
}

function ofOwnThing({ actor, relation }: Question, row: OwnRow): Verdict {
  if (row.kind === 'signed-in' || relation === 'own') return 'allowed';
  const oversees = row.overseer !== undefined && reachOf(actor, row.overseer) !== null;
  return oversees && relation === 'other' ? 'allowed' : 'hidden';
}

type RecordRow = Extract<Row, { readonly kind: 'record' | 'form' | 'trashed' }>;

function ofRecord({ actor, relation, belonging }: Question, row: RecordRow): Verdict {
  if (reachOf(actor, row.right) === null) return 'forbidden';
  const isThere = relation !== 'absent' && relation !== 'deleted';
  if (!isThere || !canReach(actor, `${row.entity}:read`, belonging)) return 'hidden';
  return allowedIf(row.kind === 'form' || canReach(actor, row.right, belonging));
}
