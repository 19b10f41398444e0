import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Rule } from '../rules/rule.js';

/** Somebody to be told, and of which exceptions; what of them they may read is decided when they are. */
export interface Audience {
  readonly userId: Id;
  readonly exceptions: readonly Id[];
}

/** Exceptions told of at a time; what is beyond is told of the next time. */
const mostTold = 10_000;

/** Finds open exceptions of the rules that nobody was told of yet, the oldest first. */
export async function findUntold(knex: Knex, rules: readonly Rule[]): Promise<readonly Id[]> {
  const ids = rules.filter(({ isOn }) => isOn).map(({ id }) => id);
  return knex('core.exceptions')
    .whereIn('rule', ids)
    .where({ cleared_at: null, told_at: null })
    .orderBy(['raised_at', 'id'])
    .limit(mostTold)
    .pluck<Id[]>('id');
}

/** Notes that people were told of these: of all or, when somebody else has told of one of them meanwhile, of none. @returns whether it did */
export async function takeUntold(trx: Knex, exceptions: readonly Id[], at: Date): Promise<boolean> {
  const { rows } = await trx.raw<{ rows: object[] }>(
    `with free as (
       select id from core.exceptions where id = any(:ids::uuid[]) and told_at is null order by id for update
     )
     update core.exceptions set told_at = :at
     where id in (select id from free) and (select count(*) from free) = cardinality(:ids::uuid[]) returning 1`,
    { ids: [...exceptions], at },
  );
  return rows.length === exceptions.length;
}

/** Of whom the audience is made. */
export interface AudienceQuery {
  readonly rules: readonly Rule[];
  readonly exceptions: readonly Id[];
  /** Who hears of what nobody is responsible for. */
  readonly keepers: readonly Id[];
}

/**
 * Who is to hear of these: owners of the records, and managers of their teams and of those above, as each rule says. Where no team has a
 * manager, and for what would reach nobody, that is those who keep the rules. Users who cannot sign in are left out.
 */
export async function findAudience(
  knex: Knex,
  { rules, exceptions, keepers }: AudienceQuery,
): Promise<readonly Audience[]> {
  const telling = (audience: Rule['tells'][number]): string[] =>
    rules.filter(({ tells }) => tells.includes(audience)).map(({ id }) => id);
  const { rows } = await knex.raw<{ rows: { user_id: Id; ids: Id[] }[] }>(audienceSql, {
    exceptions: [...exceptions],
    owner: telling('owner'),
    managers: telling('managers'),
    keepers: [...keepers],
  });
  return rows.map(({ user_id: userId, ids }) => ({ userId, exceptions: ids }));
}

const audienceSql = `
  with recursive fresh as (
    select id, rule, owner_id, team_id from core.exceptions where id = any(:exceptions::uuid[])
  ), above as (
    select distinct team_id as below, team_id as id from fresh where team_id is not null
    union
    select above.below, t.parent_id from above join core.teams t on t.id = above.id where t.parent_id is not null
  ), managers as (
    select m.team_id, m.user_id from core.team_managers m join core.users u on u.id = m.user_id
    where u.status = 'active' and u.deleted_at is null
  ), told as (
    select f.id, f.owner_id as user_id from fresh f join core.users u on u.id = f.owner_id
    where f.rule = any(:owner::text[]) and u.status = 'active' and u.deleted_at is null
    union
    select f.id, m.user_id from fresh f join above on above.below = f.team_id join managers m on m.team_id = above.id
    where f.rule = any(:managers::text[])
  ), kept as (
    select f.id from fresh f where f.rule = any(:managers::text[]) and not exists (select from managers)
    union
    select f.id from fresh f where f.rule = any(:owner::text[] || :managers::text[])
      and not exists (select from told where told.id = f.id)
  )
  select user_id, array_agg(id) as ids from (
    select id, user_id from told
    union
    select kept.id, keeper.user_id from kept, unnest(:keepers::uuid[]) as keeper(user_id)
  ) heard group by user_id order by user_id`;
