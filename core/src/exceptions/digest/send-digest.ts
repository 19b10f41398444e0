import { isTrellisError, NotFoundError, type Id } from '@trellis-crm/sdk';
import { holdersOf, loadUserIdentity, Roles } from '../../auth/index.js';
import type { Identity } from '../../auth/identity.js';
import { Mailer, type MailOrder } from '../../mail/index.js';
import type { Generation } from '../../kernel/generation.js';
import { recordScope } from '../../records/record-scope.js';
import type { RecordRoom } from '../../records/index.js';
import type { Workspace } from '../../workspace/workspace.js';
import { countExceptions, listExceptions, type ExceptionQuery } from '../list-exceptions.js';
import { readableRules } from '../rules/readable-rules.js';
import type { Rule } from '../rules/rule.js';
import { findAudience, findUntold, takeUntold, type Audience } from './find-audience.js';
import { writeDigest } from './write-digest.js';

/** What a digest draws on. */
export interface DigestParts {
  readonly workspace: Workspace;
  readonly room: Pick<RecordRoom, 'callOf' | 'world'>;
  readonly rules: readonly Rule[];
}

/** Exceptions named in one mail. */
const mostNamed = 30;

/**
 * Sends everybody who is to be told one mail about what is new, and nothing to anybody when nothing is. Mails are written before what is
 * new is taken, in the transaction that stores them: evaluations go on meanwhile, and nobody hears twice or never, however many digests
 * are made at once.
 * @returns how many mails
 */
export async function sendDigest(parts: DigestParts): Promise<number> {
  const { workspace, rules } = parts;
  const { database, clock, container } = workspace;
  const generation = workspace.generation();
  const exceptions = await findUntold(database.work, rules);
  if (exceptions.length === 0) return 0;
  const orders = await ordersFor(parts, generation, exceptions);
  const count = await database.work.transaction(async (trx) => {
    if (!(await takeUntold(trx, exceptions, clock.now()))) return null;
    return orders.length === 0 ? 0 : container.resolve(Mailer).queue(trx, generation, orders);
  });
  return count ?? sendDigest(parts);
}

async function ordersFor(
  parts: DigestParts,
  generation: Generation,
  exceptions: readonly Id[],
): Promise<readonly MailOrder[]> {
  const { database, container } = parts.workspace;
  const holding = { knex: database.work, roles: container.resolve(Roles) };
  const keepers = await holdersOf(holding, generation, 'core.exception:administer');
  const orders: MailOrder[] = [];
  for (const person of await findAudience(database.work, { rules: parts.rules, exceptions, keepers }))
    orders.push(...(await orderFor(parts, generation, person)));
  return orders;
}

/** With the rights of the person: of what they may not read they do not hear. */
async function orderFor(
  { workspace, room, rules }: DigestParts,
  generation: Generation,
  { userId, exceptions }: Audience,
): Promise<readonly MailOrder[]> {
  const identity = await identityOf(workspace, generation, userId);
  if (identity === null) return [];
  const scope = {
    ...recordScope(room.world, room.callOf({ generation, identity, requestId: 'exception-digest' }), 'core'),
    db: workspace.database.work,
  };
  const query: ExceptionQuery = {
    ...{
      scope: 'all',
      rules: readableRules(scope, rules).map(({ id }) => id),
      record: null,
      only: exceptions,
      after: null,
    },
    limit: mostNamed,
  };
  const named = await listExceptions(scope, query);
  if (named.length === 0) return [];
  const counts = await countExceptions(scope, query);
  const count = [...counts.values()].reduce((sum, part) => sum + part, 0);
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const write = writeDigest({ generation, rules: byId, exceptions: named, count });
  return [{ module: 'core', actor: 'core', kind: 'exception-digest', isOptional: true, to: { user: userId }, write }];
}

async function identityOf(workspace: Workspace, generation: Generation, id: string): Promise<Identity | null> {
  const { container, database } = workspace;
  const parts = { knex: database.work, roles: container.resolve(Roles), place: workspace.info() };
  try {
    return await loadUserIdentity(parts, generation, { id });
  } catch (error) {
    if (isTrellisError(error) && error instanceof NotFoundError) return null;
    throw error;
  }
}
