import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Rule } from '../rules/rule.js';

/** Somebody to be told, and of which exceptions; what of them they may read is decided when they are. */
export interface Audience {
  readonly userId: Id;
  readonly exceptions: readonly Id[];
}

/** Exceptions of one digest at most; what is beyond is told of the next day. */
const mostTold = 10_000;

/** Takes open exceptions of the rules that nobody was told of yet, the oldest first: whoever looks at the same time finds others, or none. */
export async function takeUntold(trx: Knex.Transaction, rules: readonly Rule[], at: Date): Promise<readonly Id[]> {
  const ids = rules.filter(({ isOn }) => isOn).map(({ id }) => id);
  const { rows } = await trx.raw<{ rows: { id: Id }[] }>(
    `update core.exceptions set told_at = ? where id in (
       select id from core.exceptions where cleared_at is null and told_at is null and rule = any(?::text[])
       order by raised_at, id limit ${mostTold} for update skip locked)
     returning id`,
    [at, ids],
  );
  return rows.map(({ id }) => id);
}

/**
 * Who is to hear of these: owners of the records, and managers of their teams and of those above, as each rule says. Users who cannot
 * sign in are left out.
 */
export async function findAudience(
  knex: Knex,
  rules: readonly Rule[],
  exceptions: readonly Id[],
): Promise<readonly Audience[]> {
  const telling = (audience: Rule['tells'][number]): string[] =>
    rules.filter(({ tells }) => tells.includes(audience)).map(({ id }) => id);
  const { rows } = await knex.raw<{ rows: { user_id: Id; ids: Id[] }[] }>(audienceSql, [
    [...exceptions],
    telling('owner'),
    telling('managers'),
  ]);
  return rows.map(({ user_id: userId, ids }) => ({ userId, exceptions: ids }));
}

const audienceSql = `
  with recursive fresh as (
    select id, rule, owner_id, team_id from core.exceptions where id = any(?::uuid[])
  ), above as (
    select distinct team_id as below, team_id as id from fresh where team_id is not null
    union
    select above.below, t.parent_id from above join core.teams t on t.id = above.id where t.parent_id is not null
  ), told as (
    select id, owner_id as user_id from fresh where rule = any(?::text[])
    union
    select f.id, m.user_id from fresh f join above on above.below = f.team_id
      join core.team_managers m on m.team_id = above.id where f.rule = any(?::text[])
  )
  select told.user_id, array_agg(told.id) as ids from told join core.users u on u.id = told.user_id
  where u.status = 'active' and u.deleted_at is null group by told.user_id order by told.user_id`;
