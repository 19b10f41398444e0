import { setTimeout as pause } from 'node:timers/promises';
import { ConflictError, ValidationError } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Workspace } from '../../workspace/workspace.js';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../endpoint.js';
import { claimKey, findKey, keepAnswer, lockKey, releaseClaim, settleClaim, type KnownKey } from './key-store.js';
import { asKept, keepableAnswer, replayed } from './kept-answer.js';
import type { RequestKey } from './request-key.js';

/** What repeating a request safely takes. */
export type OnceParts = Pick<Workspace, 'database' | 'clock' | 'transaction'>;

/** A POST with a key, and what it does. */
export interface KeyedCall {
  readonly endpoint: Endpoint;
  readonly request: Pick<EndpointRequest, 'generation' | 'identity' | 'requestId'>;
  readonly key: RequestKey;
  readonly act: () => Promise<EndpointResponse>;
}

/**
 * Acts for a POST with a key at most once. The handler runs in one unit of work, which keeps the answer beside the effect; whoever
 * comes again with the key gets that answer. A refusal keeps nothing, so that the key may be used again.
 * @throws ConflictError `idempotency_key_in_flight`, `idempotency_key_used`, ValidationError `idempotency_key_reused`
 */
export function actOnce(parts: OnceParts, call: KeyedCall): Promise<EndpointResponse> {
  return call.endpoint.idempotency === 'answer' ? actPatiently(parts, call) : claimAndAct(parts, call);
}

const patience = { tries: 30, pauseMs: 100 };

/** Who presses a button twice waits for what the first press did; a program is told that it is not done yet. */
async function actPatiently(parts: OnceParts, call: KeyedCall): Promise<EndpointResponse> {
  const tries = call.endpoint.surface === 'page' ? patience.tries : 1;
  for (let left = tries; left > 0; left--) {
    const answer = await actInUnit(parts, call);
    if (answer !== null) return answer;
    if (left > 1) await pause(patience.pauseMs);
  }
  throw inFlight();
}

/** @returns null while another request is at it */
async function actInUnit(
  parts: OnceParts,
  { endpoint, request, key, act }: KeyedCall,
): Promise<EndpointResponse | null> {
  // Whoever is gone meanwhile gets the answer when they come again.
  const scope = { ...request, module: 'core', signal: new AbortController().signal };
  try {
    return await parts.transaction(scope, async (_tx, { trx }) => {
      const known = await lockKey(trx, key);
      if (known.kind === 'running') return null;
      if (known.kind === 'done') return answerAgain(known);
      const response = await act();
      if (response.status >= 400) throw new Refusal(response);
      const isKept = await keepAnswer(trx, key, keepableAnswer(endpoint, response), parts.clock.now());
      if (!isKept) throw inFlight();
      return asKept(response);
    });
  } catch (error) {
    if (error instanceof Refusal) return error.response;
    throw error;
  }
}

/** Takes the unit back and is the answer all the same. */
class Refusal extends Error {
  constructor(readonly response: EndpointResponse) {
    super(`refused with ${response.status}`);
  }
}

/** For what no transaction spans, or whose answer must not be kept: the key alone is, from before the work until it is swept. */
async function claimAndAct({ database, clock }: OnceParts, { key, act }: KeyedCall): Promise<EndpointResponse> {
  const { knex } = database;
  if (!(await claimKey(knex, key, clock.now()))) {
    const known = await findKey(knex, key);
    if (known.kind === 'done') return answerAgain(known);
    throw inFlight();
  }
  const response = await releasingOnRefusal(knex, key, act);
  if (response.status >= 400) await releaseClaim(knex, key);
  else await settleClaim(knex, key);
  return response;
}

async function releasingOnRefusal(
  knex: Knex,
  key: RequestKey,
  act: () => Promise<EndpointResponse>,
): Promise<EndpointResponse> {
  try {
    return await act();
  } catch (error) {
    if (isRefusal(error)) await releaseClaim(knex, key);
    throw error;
  }
}

/** A refusal with a meaning changed nothing. After any other failure nobody knows, so the key stays taken. */
function isRefusal(error: unknown): boolean {
  const status: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'status') : undefined;
  return typeof status === 'number' && status >= 400 && status < 500;
}

function answerAgain({ isSame, answer }: KnownKey & { readonly kind: 'done' }): EndpointResponse {
  if (!isSame)
    throw new ValidationError(
      'idempotency_key_reused',
      {},
      { message: 'This Idempotency-Key was used for another request' },
    );
  if (answer !== null) return replayed(answer);
  throw new ConflictError(
    'idempotency_key_used',
    {},
    { message: 'This request was done before; its answer is not kept' },
  );
}

function inFlight(): ConflictError {
  return new ConflictError(
    'idempotency_key_in_flight',
    { retryAfterSeconds: 1 },
    { message: 'A request with this Idempotency-Key is still under way' },
  );
}
