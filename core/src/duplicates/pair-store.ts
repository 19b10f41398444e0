import { NotFoundError, type Id } from '@trellis-crm/sdk';
import { prepare, runPrepared } from '../database/prepared.js';
import { columnSql, tableOf } from '../records/statements/source.js';
import type { CompiledEntity, CompiledField } from '../records/compiled-entity.js';
import type { ReadScope } from '../records/record-scope.js';
import { mayReadField, requireReach, visibleRecords } from '../records/rights.js';
import { allOf, bindingsOf, numbered, sql } from '../records/sql.js';

/** What somebody decided about a pair: `open` until then, `later` comes back after 30 days, `dismissed` stays away. */
export type PairState = 'open' | 'later' | 'dismissed';

/** Two records that are likely the same. */
export interface DuplicatePair {
  readonly left: PairedRecord;
  readonly right: PairedRecord;
  readonly score: number;
  /** Fields that say so, the strongest first. */
  readonly reasons: readonly string[];
}

/** One of them. */
export interface PairedRecord {
  readonly id: Id;
  /** Null when it has none or the reader may not see it. */
  readonly title: string | null;
}

/** A page of pairs: the likeliest first, behind the last one seen. */
export interface PairPage {
  readonly state: PairState;
  readonly limit: number;
  readonly after: { readonly score: number; readonly left: Id; readonly right: Id } | null;
}

/** Pairs of which the actor may see both records. */
export async function listPairs(
  scope: ReadScope,
  entity: CompiledEntity,
  { state, limit, after }: PairPage,
): Promise<readonly DuplicatePair[]> {
  requireReach(scope, entity, 'read');
  const isThere = allOf([
    sql('p.entity = ?::text', [entity.definition.id]),
    state === 'open'
      ? sql(`(p.state = 'open' or (p.state = 'later' and p.later_until < now()))`)
      : sql(state === 'later' ? `(p.state = 'later' and p.later_until >= now())` : `p.state = 'dismissed'`),
    visibleRecords(scope, entity, leftPrefix),
    visibleRecords(scope, entity, rightPrefix),
    ...(after === null
      ? []
      : [
          sql('(-p.score, p.left_id, p.right_id) > (?::numeric, ?::uuid, ?::uuid)', [
            -after.score,
            after.left,
            after.right,
          ]),
        ]),
  ]);
  const [condition = ''] = numbered([isThere]);
  const table = tableOf(entity);
  const text = `select p.left_id, ${titleSql(scope, entity, leftPrefix)}, p.right_id, ${titleSql(scope, entity, rightPrefix)}, p.score, p.reasons
    from core.duplicate_pairs p join ${table} ${leftPrefix}r on ${leftPrefix}r."id" = p.left_id
    join ${table} ${rightPrefix}r on ${rightPrefix}r."id" = p.right_id
    where ${condition} order by p.score desc, p.left_id, p.right_id limit ${limit}`;
  const rows = await runPrepared(scope.db, prepare(text), bindingsOf([isThere]));
  return rows.map(([left, leftTitle, right, rightTitle, score, reasons]) => ({
    left: { id: String(left), title: textOrNull(leftTitle) },
    right: { id: String(right), title: textOrNull(rightTitle) },
    score: Number(score),
    reasons: reasons as readonly string[],
  }));
}

const leftPrefix = 'l_';
const rightPrefix = 'r_';

function titleSql(scope: ReadScope, entity: CompiledEntity, prefix: string): string {
  const title: CompiledField | undefined = entity.fields.get(entity.definition.title);
  return title === undefined || !mayReadField(scope, title, entity) ? 'null::text' : columnSql(title, prefix);
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

const laterMs = 30 * 86_400_000;

/** Notes what the actor decided about a pair. @throws NotFoundError `duplicate_pair_not_found`: absent, or one of them is not visible */
export async function decidePair(
  scope: ReadScope,
  entity: CompiledEntity,
  { left, right, state, now }: { readonly left: Id; readonly right: Id; readonly state: PairState; readonly now: Date },
): Promise<void> {
  const [first, second] = left < right ? [left, right] : [right, left];
  const pieces = [
    sql('?::text, later_until = ?::timestamptz, decided_by = ?::uuid, decided_at = ?::timestamptz', [
      state,
      state === 'later' ? new Date(now.getTime() + laterMs) : null,
      scope.identity.userId,
      now,
    ]),
    allOf([
      sql('p.entity = ?::text and p.left_id = ?::uuid and p.right_id = ?::uuid', [entity.definition.id, first, second]),
      visibleRecords(scope, entity, leftPrefix),
      visibleRecords(scope, entity, rightPrefix),
    ]),
  ];
  const [values = '', condition = ''] = numbered(pieces);
  const table = tableOf(entity);
  const text = `update core.duplicate_pairs p set state = ${values} from ${table} ${leftPrefix}r, ${table} ${rightPrefix}r
    where ${leftPrefix}r."id" = p.left_id and ${rightPrefix}r."id" = p.right_id and ${condition} returning 1`;
  const rows = await runPrepared(scope.db, prepare(text), bindingsOf(pieces));
  if (rows.length === 0) throw new NotFoundError('duplicate_pair_not_found', { left, right });
}

/** When the base was looked through last; null: never, or it is under way for the first time. */
export async function lastRun(scope: ReadScope, entity: CompiledEntity): Promise<RunState> {
  const result: { readonly rows: readonly RunState[] } = await scope.db.raw(
    `select stage <> 'done' as "isRunning", finished_at as "finishedAt" from core.duplicate_runs where entity = ?`,
    [entity.definition.id],
  );
  return result.rows[0] ?? { isRunning: false, finishedAt: null };
}

/** How far looking through the base is. */
export interface RunState {
  readonly isRunning: boolean;
  readonly finishedAt: Date | null;
}
