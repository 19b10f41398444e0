import type { Database } from '../../dist/database/index.js';

/**
 * Says where records, audit log and events disagree: each version of a record must have exactly one audit row and one event with
 * a pending row or none of the three. Empty when all is well.
 */
export async function findDisagreements({ knex }: Database, entity: string, table: string): Promise<readonly string[]> {
  const { rows } = await knex.raw<{ rows: readonly { readonly problem: string }[] }>(
    `with expected as (select r.id, v as version from ${table} r, generate_series(1, r.version) v),
          audited as (select record_id as id, record_version as version, count(*) as n from core.audit_log where entity = ? group by 1, 2),
          told as (select order_key::uuid as id, record_version as version, count(*) as n, count(p.event_id) as pending
                   from core.events e left join core.pending_events p on p.event_id = e.id and p.position = e.position
                   where e.entity = ? group by 1, 2)
     select format('%s v%s: %s record, %s audit rows, %s events, %s pending', coalesce(e.id, a.id, t.id), coalesce(e.version, a.version, t.version),
       (e.id is not null)::int, coalesce(a.n, 0), coalesce(t.n, 0), coalesce(t.pending, 0)) as problem
     from expected e full join audited a on a.id = e.id and a.version = e.version
       full join told t on t.id = coalesce(e.id, a.id) and t.version = coalesce(e.version, a.version)
     where e.id is null or a.n is distinct from 1 or t.n is distinct from 1 or t.pending is distinct from 1`,
    [entity, entity],
  );
  return rows.map(({ problem }) => problem);
}
