import type { Knex } from 'knex';
import { prepare, runPrepared } from '../../database/prepared.js';
import type { KeptAnswer } from './kept-answer.js';
import type { RequestKey } from './request-key.js';

/** What is known of a key. */
export type KnownKey =
  /** Somebody is at it: another request holds the key's lock, or began outside a transaction and has not ended. */
  | { readonly kind: 'running' }
  | { readonly kind: 'free' }
  /** Done; `answer` is null where it is not kept. */
  | { readonly kind: 'done'; readonly isSame: boolean; readonly answer: KeptAnswer | null };

/** Takes the key's lock until the end of the transaction and looks the key up. */
export async function lockKey(trx: Knex.Transaction, request: RequestKey): Promise<KnownKey> {
  const [row] = await runPrepared(trx, lock, [request.actor, request.key, request.hash]);
  const [isMine, ...known] = row ?? [];
  return isMine === true ? toKnown(known) : { kind: 'running' };
}

/** Looks a key up without taking it. */
export async function findKey(knex: Knex, request: RequestKey): Promise<KnownKey> {
  const [row] = await runPrepared(knex, find, [request.actor, request.key, request.hash]);
  return toKnown(row ?? []);
}

/** Keeps the answer to a key. @returns false when another transaction did so since the key was looked up */
export async function keepAnswer(
  trx: Knex.Transaction,
  { actor, key, hash }: RequestKey,
  answer: KeptAnswer | null,
  now: Date,
): Promise<boolean> {
  const headers = answer === null ? null : JSON.stringify({ headers: answer.headers, cookies: answer.cookies });
  const values = [actor, key, hash, 'done', answer?.status ?? null, headers, answer?.body ?? null, now.toISOString()];
  return (await runPrepared(trx, insert, values)).length > 0;
}

/** Claims a key by itself, before work that no transaction spans. @returns false when it is taken */
export async function claimKey(knex: Knex, { actor, key, hash }: RequestKey, now: Date): Promise<boolean> {
  const values = [actor, key, hash, 'running', null, null, null, now.toISOString()];
  return (await runPrepared(knex, insert, values)).length > 0;
}

/** Ends a claim: the work is done for good. */
export async function settleClaim(knex: Knex, { actor, key }: RequestKey): Promise<void> {
  await runPrepared(knex, settle, [actor, key]);
}

/** Gives a claim back: nothing happened, so the key may be used again. */
export async function releaseClaim(knex: Knex, { actor, key }: RequestKey): Promise<void> {
  await runPrepared(knex, release, [actor, key]);
}

/** Milliseconds that keys are kept at least. */
const keptMs = 24 * 3_600_000;

/** Forgets keys that are older than a day. @returns how many */
export async function purgeIdempotencyKeys(knex: Knex, now: Date): Promise<number> {
  const limit = new Date(now.getTime() - keptMs);
  return knex('core.idempotency_keys').where('created_at', '<', limit).delete();
}

const columns = `k.state, k.request_hash = $3::bytea, k.status, k.headers, k.body`;

/** Who does not get the lock learns nothing of the row: it may be about to change. */
const lock = prepare(`
  with mine as materialized (select pg_try_advisory_xact_lock(hashtextextended($1::text || ' ' || $2::text, 7)) as is_mine)
  select is_mine, ${columns}
  from mine left join core.idempotency_keys k on is_mine and k.actor = $1 and k.key = $2`);

const find = prepare(`select ${columns} from core.idempotency_keys k where k.actor = $1::text and k.key = $2::text`);

const insert = prepare(`
  insert into core.idempotency_keys (actor, key, request_hash, state, status, headers, body, created_at)
  values ($1::text, $2::text, $3::bytea, $4::text, $5::integer, $6::jsonb, $7::text, $8::timestamptz)
  on conflict do nothing returning 1`);

const settle = prepare(`update core.idempotency_keys set state = 'done' where actor = $1::text and key = $2::text`);

const release = prepare(
  `delete from core.idempotency_keys where actor = $1::text and key = $2::text and state = 'running'`,
);

type KeyRow = readonly [
  state: 'running' | 'done' | null,
  isSame: boolean,
  status: number | null,
  headers: Pick<KeptAnswer, 'headers' | 'cookies'> | null,
  body: string | null,
];

function toKnown(row: readonly unknown[]): KnownKey {
  const [state = null, isSame = false] = row as Partial<KeyRow>;
  if (state === null) return { kind: 'free' };
  if (state === 'running' && isSame) return { kind: 'running' };
  return { kind: 'done', isSame, answer: toAnswer(row as KeyRow) };
}

function toAnswer([, , status, kept, body]: KeyRow): KeptAnswer | null {
  return status === null || kept === null ? null : { ...kept, status, body };
}
