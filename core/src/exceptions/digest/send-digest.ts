import { isTrellisError, NotFoundError } from '@trellis-crm/sdk';
import { loadUserIdentity, Roles } from '../../auth/index.js';
import type { Identity } from '../../auth/identity.js';
import { Mailer, type MailOrder } from '../../mail/index.js';
import type { Generation } from '../../kernel/generation.js';
import { recordScope } from '../../records/record-scope.js';
import type { RecordRoom } from '../../records/index.js';
import type { Workspace } from '../../workspace/workspace.js';
import { countExceptions, listExceptions, type ExceptionQuery } from '../list-exceptions.js';
import { readableRules } from '../rules/readable-rules.js';
import type { Rule } from '../rules/rule.js';
import { findAudience, takeUntold, type Audience } from './find-audience.js';
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
 * Sends everybody who is to be told one mail about what is new, and nothing to anybody when nothing is. What is new is taken in the
 * transaction that stores the mails, so that nobody hears twice or never, however many digests are made at once.
 * @returns how many mails
 */
export async function sendDigest(parts: DigestParts): Promise<number> {
  const { workspace, rules } = parts;
  const generation = workspace.generation();
  return workspace.database.work.transaction(async (trx) => {
    const untold = await takeUntold(trx, rules, workspace.clock.now());
    if (untold.length === 0) return 0;
    const orders: MailOrder[] = [];
    for (const person of await findAudience(trx, rules, untold))
      orders.push(...(await orderFor(parts, generation, person)));
    return orders.length === 0 ? 0 : workspace.container.resolve(Mailer).queue(trx, generation, orders);
  });
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
