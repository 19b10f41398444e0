import type { Clock } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { CompiledEntity } from '../records/compiled-entity.js';
import { keyStatement } from './key-statement.js';
import { blockRules, pairStatement, partsPerRule } from './pair-statement.js';

/** What looking through the base needs. */
export interface LookThroughParts {
  /** The work pool: a set takes longer than a request may. */
  readonly knex: Knex;
  readonly clock: Clock;
  readonly entities: Iterable<CompiledEntity>;
  readonly signal?: AbortSignal;
}

const recordsPerSet = 20_000;

/**
 * Looks for pairs of likely duplicates in all records of each entity that says what they are: first what each record is compared by,
 * set by set, then the blocks, part by part. Every step is a transaction that notes itself, so one that was broken off goes on.
 */
export async function lookThrough({ knex, clock, entities, signal }: LookThroughParts): Promise<void> {
  for (const entity of entities) {
    if (entity.duplicates.length === 0) continue;
    await begin(knex, entity, clock.now());
    while (await step(knex, entity, clock.now())) signal?.throwIfAborted();
  }
}

interface Run {
  readonly stage: 'keys' | 'pairs' | 'done';
  readonly lastId: string | null;
  readonly partsDone: number;
  readonly startedAt: Date;
}

/** One that is under way goes on. */
async function begin(knex: Knex, { definition }: CompiledEntity, now: Date): Promise<void> {
  await knex.raw(
    `insert into core.duplicate_runs (entity, stage, started_at) values (?, 'keys', ?)
     on conflict (entity) do update set stage = 'keys', last_id = null, parts_done = 0, started_at = excluded.started_at, finished_at = null
       where duplicate_runs.stage = 'done'`,
    [definition.id, now],
  );
}

/** @returns whether there is more to do */
function step(knex: Knex, entity: CompiledEntity, now: Date): Promise<boolean> {
  return knex.transaction(async (trx) => {
    await trx.raw(`set local work_mem = '64MB'`);
    const result: { readonly rows: readonly Run[] } = await trx.raw(
      `select stage, last_id as "lastId", parts_done as "partsDone", started_at as "startedAt" from core.duplicate_runs where entity = ? for update`,
      [entity.definition.id],
    );
    const [run] = result.rows;
    if (run === undefined || run.stage === 'done') return false;
    if (run.stage === 'keys') await makeKeys(trx, entity, run);
    else await compare(trx, entity, run, now);
    return true;
  });
}

async function makeKeys(trx: Knex.Transaction, entity: CompiledEntity, { lastId }: Run): Promise<void> {
  const { id } = entity.definition;
  if (lastId === null) await trx.raw('delete from core.match_keys where entity = ?', [id]);
  const result: { readonly rows: readonly { readonly lastId: string | null }[] } = await trx.raw(
    keyStatement(entity),
    // knex types bindings without null, which pg takes.
    [lastId, lastId, recordsPerSet] as string[],
  );
  const next = result.rows[0]?.lastId ?? null;
  if (next === null) await trx.raw('analyze core.match_keys');
  await trx.raw('update core.duplicate_runs set stage = ?, last_id = coalesce(?::uuid, last_id) where entity = ?', [
    next === null ? 'pairs' : 'keys',
    next,
    id,
  ] as string[]);
}

async function compare(trx: Knex.Transaction, entity: CompiledEntity, run: Run, now: Date): Promise<void> {
  const { id } = entity.definition;
  const rule = blockRules(entity)[Math.floor(run.partsDone / partsPerRule)];
  if (rule === undefined) {
    await finish(trx, entity, run, now);
    return;
  }
  await trx.raw(pairStatement(entity), [rule, run.partsDone % partsPerRule, rule, run.startedAt, run.startedAt]);
  await trx.raw('update core.duplicate_runs set parts_done = parts_done + 1 where entity = ?', [id]);
}

/** Pairs that are none any more go, unless somebody said that they are none: that is remembered. */
async function finish(
  trx: Knex.Transaction,
  { definition: { id } }: CompiledEntity,
  run: Run,
  now: Date,
): Promise<void> {
  await trx.raw(`delete from core.duplicate_pairs where entity = ? and state <> 'dismissed' and found_at < ?`, [
    id,
    run.startedAt,
  ]);
  await trx.raw('delete from core.match_keys where entity = ?', [id]);
  await trx.raw(`update core.duplicate_runs set stage = 'done', finished_at = ? where entity = ?`, [now, id]);
}
