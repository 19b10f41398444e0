import { isTrellisError, type Context, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { holdersOf, loadUserIdentity, Roles } from '../../auth/index.js';
import type { Identity } from '../../auth/identity.js';
import type { Generation } from '../../kernel/generation.js';
import { announce, tell, type NoticeLine } from '../../notifications/index.js';
import { recordScope } from '../../records/record-scope.js';
import type { RecordRoom } from '../../records/index.js';
import type { Workspace } from '../../workspace/workspace.js';
import { countExceptions, listExceptions, type ExceptionQuery, type OpenException } from '../list-exceptions.js';
import { readableRules } from '../rules/readable-rules.js';
import { ruleName } from '../rules/rule-name.js';
import type { Rule } from '../rules/rule.js';
import { findAudience, findUntold, takeUntold, type Audience } from './find-audience.js';

/** What telling people of exceptions draws on. */
export interface TellingParts {
  readonly workspace: Workspace;
  readonly room: Pick<RecordRoom, 'callOf' | 'world'>;
  readonly rules: readonly Rule[];
}

/** Exceptions that one person is told of by name at a time; the others are a number. */
const mostNamed = 30;

/**
 * Tells everybody who is to hear of what is new, a line for each exception, and takes back what was cleared before anybody read it. Lines
 * are written before what is new is taken, in the transaction that stores them: evaluations go on meanwhile, and nobody hears twice or
 * never, however many tell at once.
 */
export async function tellExceptions(parts: TellingParts, ctx: Context): Promise<void> {
  const { workspace, rules } = parts;
  const { database, clock } = workspace;
  const untold = await findUntold(database.work, rules);
  const lines = untold.length === 0 ? [] : await linesOf(parts, untold);
  const isTold = await ctx.tx((tx) =>
    database.tx(async (trx) => {
      if (!(await takeUntold(trx, untold, clock.now()))) return false;
      await announce(database, await forgetCleared(trx, clock.now()));
      await tell(workspace, tx, lines);
      return true;
    }),
  );
  if (!isTold) await tellExceptions(parts, ctx);
}

/** What was cleared earlier is gone from every inbox already. */
const clearedWithinMs = 24 * 3_600_000;

/** What comes back after that is told of anew, unless a mail has named it. @returns whose inboxes changed */
async function forgetCleared(trx: Knex, now: Date): Promise<readonly Id[]> {
  const { rows } = await trx.raw<{ rows: { user: Id }[] }>(
    `with gone as (
       delete from core.notifications n using core.exceptions x
       where x.cleared_at >= ? and n.kind = 'core.exceptions' and n.read_at is null and n.key = x.id::text
       returning n.user_id, x.id, n.mailed_at
     ), untold as (
       update core.exceptions set told_at = null where id in (select id from gone where mailed_at is null)
     )
     select distinct user_id as "user" from gone`,
    [new Date(now.getTime() - clearedWithinMs)],
  );
  return rows.map(({ user }) => user);
}

async function linesOf(parts: TellingParts, exceptions: readonly Id[]): Promise<readonly NoticeLine[]> {
  const { database, container, generation } = parts.workspace;
  const holding = { knex: database.work, roles: container.resolve(Roles) };
  const keepers = await holdersOf(holding, generation(), 'core.exception:administer');
  const lines: NoticeLine[] = [];
  for (const person of await findAudience(database.work, { rules: parts.rules, exceptions, keepers }))
    lines.push(...(await linesFor(parts, generation(), person)));
  return lines;
}

/** With the rights of the person: of what they may not read they do not hear. */
async function linesFor(
  { workspace, room, rules }: TellingParts,
  generation: Generation,
  { userId, exceptions }: Audience,
): Promise<readonly NoticeLine[]> {
  const identity = await identityOf(workspace, generation, userId);
  if (identity === null) return [];
  const scope = {
    ...recordScope(room.world, room.callOf({ generation, identity, requestId: 'exceptions' }), 'core'),
    db: workspace.database.work,
  };
  const ids = readableRules(scope, rules).map(({ id }) => id);
  const query: ExceptionQuery = {
    ...{ scope: 'all', rules: ids, record: null, only: exceptions, after: null },
    limit: mostNamed,
  };
  const named = await listExceptions(scope, query);
  const names = new Map(
    rules.map((rule) => [rule.id, ruleName(rule, (key) => generation.views.translate(identity, 'core', key))]),
  );
  const counts = named.length < mostNamed ? null : await countExceptions(scope, query);
  const more = counts === null ? 0 : [...counts.values()].reduce((sum, part) => sum + part, 0) - named.length;
  return [
    ...named.map((exception) => lineOf(userId, exception, names.get(exception.rule) ?? exception.rule)),
    ...(more > 0 ? [restOf(userId, more)] : []),
  ];
}

const common = { kind: 'core.exceptions', by: null } as const;

function lineOf(user: Id, { id, entity, record }: OpenException, rule: string): NoticeLine {
  return { ...common, user, key: id, entity, record, values: { rule, isRest: 'no' }, href: null, count: 1 };
}

function restOf(user: Id, count: number): NoticeLine {
  const values = { rule: '', isRest: 'yes' };
  return { ...common, user, key: 'rest', entity: null, record: null, values, href: '/exceptions', count };
}

async function identityOf(workspace: Workspace, generation: Generation, id: string): Promise<Identity | null> {
  const { container, database } = workspace;
  const parts = { knex: database.work, roles: container.resolve(Roles), place: workspace.info() };
  try {
    return await loadUserIdentity(parts, generation, { id });
  } catch (error) {
    if (isTrellisError(error) && error.code === 'user_not_found') return null;
    throw error;
  }
}
