import type { Knex } from 'knex';
import { runPrepared, unprepared } from '../../database/prepared.js';
import { bindingsOf, numbered, sql, type Sql } from '../../records/sql.js';

/** What one evaluation of a rule changed. */
export interface Settlement {
  /** Open now. */
  readonly open: number;
  readonly raised: number;
  readonly cleared: number;
}

/** The rule and what breaks it. */
export interface Settling {
  readonly rule: string;
  readonly entity: string;
  /** Subquery of the records that break it, see `breaches`. */
  readonly breaching: Sql;
  readonly now: Date;
}

/**
 * Brings a rule's exceptions in line with the records, in one statement: those without a breach are cleared, new breaches are raised.
 * One that comes back with the same cause is opened again and keeps when it was raised and told of: nobody hears of it twice, but whoever
 * takes on what was nobody's. Without a moment from which the time runs causes cannot be told apart, so each time it comes back is a new one.
 */
export async function settleRule(knex: Knex, { rule, entity, breaching, now }: Settling): Promise<Settlement> {
  const pieces = [breaching, sql('?::text', [rule]), sql('?::text', [entity]), sql('?::timestamptz', [now])];
  const [source = '', ruleSql = '', entitySql = '', nowSql = ''] = numbered(pieces);
  const text = `with breaching as materialized (${source}),
cleared as (
  update core.exceptions x set cleared_at = ${nowSql}
  where x.rule = ${ruleSql} and x.cleared_at is null
    and not exists (select 1 from breaching b where b.record_id = x.record_id and b.cause = x.cause)
  returning 1
),
raised as (
  insert into core.exceptions as x (id, rule, entity, record_id, cause, since, owner_id, team_id, raised_at)
  select gen_random_uuid(), ${ruleSql}, ${entitySql}, b.record_id, b.cause, b.since, b.owner_id, b.team_id, ${nowSql} from breaching b
  on conflict (rule, record_id, cause) do update
    set raised_at = case when ${isNew} then excluded.raised_at else x.raised_at end,
      told_at = case when ${isNew} or ${isTakenOn} then null else x.told_at end, cleared_at = null, owner_id = excluded.owner_id, team_id = excluded.team_id
    where x.cleared_at is not null
      or (x.owner_id, x.team_id) is distinct from (excluded.owner_id, excluded.team_id)
  returning x.raised_at
)
select (select count(*) from breaching)::integer, (select count(*) from raised where raised_at = ${nowSql})::integer,
  (select count(*) from cleared)::integer`;
  const [counts = []] = await runPrepared(knex, unprepared(text), bindingsOf(pieces));
  const [open, raised, cleared] = counts.map(Number) as [number, number, number];
  return { open, raised, cleared };
}

/** Whether a record without a moment breaks its rule anew. */
const isNew = `x.cause = '' and x.cleared_at is not null`;

/** Whether a record that was nobody's has somebody now, who has not heard of it. */
const isTakenOn = `x.owner_id is null and x.team_id is null and coalesce(excluded.owner_id, excluded.team_id) is not null`;

/** Clears what a rule that does not hold any more had raised. */
export async function clearRule(trx: Knex, rule: string, now: Date): Promise<void> {
  await trx('core.exceptions').where({ rule }).whereNull('cleared_at').update({ cleared_at: now });
}
