import { ConflictError, isTrellisError, NotFoundError, ValidationError, type Clock, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { InjectionToken } from 'tsyringe';
import { auditOf, differences } from '../auth/access-audit.js';
import type { Identity } from '../auth/identity.js';
import type { Database } from '../database/database.js';
import { uuidV7 } from '../database/uuid-v7.js';
import type { Outbound } from '../outbound/index.js';
import type { SecretBox } from '../secrets/index.js';
import { readBacklogs, type Backlog } from './delivery-log.js';
import { newWebhookSecret } from './signature.js';
import type { Webhook, WebhookDraft, WebhookPatch } from './webhook.js';
import {
  countWebhooks,
  getSecrets,
  getWebhook,
  insertWebhook,
  listWebhooks,
  restoreWebhook,
  updateWebhook,
  type WebhookColumns,
} from './webhook-store.js';
import { refuseStale, type AskedVersion } from '../kernel/asked-version.js';

/** Who changes a webhook, and what they may ask for. */
export interface WebhookChange {
  readonly by: Identity;
  /** Topics there are. */
  readonly topics: ReadonlySet<string>;
}

/** The webhooks of the workspace, for those who administer them. */
export interface Webhooks {
  list(): Promise<readonly Webhook[]>;
  /** What waits or was given up, by webhook. */
  backlogs(): Promise<ReadonlyMap<Id, Backlog>>;
  /** @throws NotFoundError `webhook_not_found` */
  get(id: Id): Promise<Webhook>;
  /** @returns the webhook and its secret, which nobody sees again. @throws ValidationError, ConflictError `too_many_webhooks` */
  create(draft: WebhookDraft, change: WebhookChange): Promise<{ readonly webhook: Webhook; readonly secret: string }>;
  /**
   * Changes values, pauses or resumes. Resumed, it gets what waited.
   * @param version the change is refused when the webhook has another one; `'*'` forces
   * @throws NotFoundError, StaleError, ValidationError
   */
  update(id: Id, patch: WebhookPatch, change: WebhookChange & { readonly version: AskedVersion }): Promise<Webhook>;
  /** Removes it; it can be taken back for 30 days. @throws NotFoundError */
  remove(id: Id, by: Identity): Promise<void>;
  /** @throws NotFoundError `webhook_not_found` when there is no removed one */
  restore(id: Id, by: Identity): Promise<Webhook>;
  /** Makes a new secret; the one before signs too until its time is over. @throws NotFoundError */
  rotate(id: Id, overlapHours: number, by: Identity): Promise<{ readonly secret: string; readonly formerUntil: Date }>;
}

/** The workspace's webhooks. */
export const Webhooks: InjectionToken<Webhooks> = Symbol('Webhooks');

/** What the service needs. */
export interface WebhookParts {
  readonly database: Pick<Database, 'knex' | 'tx'>;
  readonly clock: Clock;
  readonly secrets: SecretBox;
  outbound(): Outbound;
  /** Has what waits sent. */
  sendMessages(connection: Knex): Promise<void>;
}

const mostWebhooks = 50;
const hourMs = 3_600_000;

/** Creates the service. */
export function createWebhooks(parts: WebhookParts): Webhooks {
  const { database, clock, secrets } = parts;
  return {
    list: () => listWebhooks(database.knex),
    backlogs: () => readBacklogs(database.knex),
    get: (id) => getWebhook(database.knex, id),
    create: (draft, change) => create(parts, draft, change),
    update: (id, patch, change) => update(parts, id, patch, change),
    remove: (id, by) =>
      database.tx(async (trx) => {
        await getWebhook(trx, id, { lock: true });
        await updateWebhook(trx, id, { deleted_at: clock.now() }, clock.now());
        await audit(trx, { recordId: id, verb: 'trashed', by, at: clock.now() });
      }),
    restore: (id, by) =>
      database.tx(async (trx) => {
        if (!(await restoreWebhook(trx, id, clock.now()))) throw new NotFoundError('webhook_not_found', { id });
        await audit(trx, { recordId: id, verb: 'restored', by, at: clock.now() });
        return getWebhook(trx, id);
      }),
    rotate: (id, overlapHours, by) =>
      database.tx(async (trx) => {
        await getWebhook(trx, id, { lock: true });
        const secret = newWebhookSecret();
        const formerUntil = new Date(clock.now().getTime() + overlapHours * hourMs);
        const { secret: former } = await getSecrets(trx, id);
        const values = { secret: secrets.seal(secret), former_secret: former, former_until: formerUntil };
        await updateWebhook(trx, id, values, clock.now());
        await audit(trx, { recordId: id, verb: 'secret-rotated', by, at: clock.now() });
        return { secret, formerUntil };
      }),
  };
}

async function create(
  { database, clock, secrets, outbound }: WebhookParts,
  draft: WebhookDraft,
  { by, topics }: WebhookChange,
): Promise<{ webhook: Webhook; secret: string }> {
  checkDraft(draft, outbound(), topics);
  const secret = newWebhookSecret();
  const webhook = await database.tx(async (trx) => {
    if ((await countWebhooks(trx)) >= mostWebhooks)
      throw new ConflictError('too_many_webhooks', { most: mostWebhooks });
    const at = clock.now();
    const made = { ...draft, id: uuidV7(), secret: secrets.seal(secret), by: by.userId, at };
    const stored = await insertWebhook(trx, made);
    await audit(trx, { recordId: stored.id, verb: 'created', changes: differences<unknown>({}, { ...draft }), by, at });
    return stored;
  });
  return { webhook, secret };
}

function update(
  { database, clock, outbound, sendMessages }: WebhookParts,
  id: Id,
  patch: WebhookPatch,
  { by, topics, version }: WebhookChange & { readonly version: AskedVersion },
): Promise<Webhook> {
  return database.tx(async (trx) => {
    const before = await getWebhook(trx, id, { lock: true });
    refuseStale(version, before.version);
    checkDraft(patch, outbound(), new Set([...topics, ...before.topics]));
    const at = clock.now();
    const { state, ...values } = patch;
    await updateWebhook(trx, id, { ...values, ...stateColumns(before, state) }, at);
    const after = await getWebhook(trx, id);
    const { url, description, topics: stored, state: now } = after;
    const changes = differences<unknown>(auditable(before), { url, description, topics: stored, state: now });
    await audit(trx, { recordId: id, verb: 'updated', changes, by, at });
    if (state === 'active' && before.state !== 'active') {
      await trx('core.webhook_deliveries').where({ webhook_id: id, state: 'waiting' }).update({ next_at: at });
      await sendMessages(trx);
    }
    return after;
  });
}

function auditable({ url, description, topics, state }: Webhook): Readonly<Record<string, unknown>> {
  return { url, description, topics, state };
}

function stateColumns(before: Webhook, state: WebhookPatch['state']): WebhookColumns {
  if (state === undefined || state === before.state) return {};
  if (state === 'paused') return { state, state_reason: 'person' };
  return { state, state_reason: null, failures: 0, failing_since: null };
}

/** Only what is given is checked. */
function checkDraft({ url, topics }: Partial<WebhookDraft>, outbound: Outbound, known: ReadonlySet<string>): void {
  const errors = [
    ...(url === undefined ? [] : urlProblems(url, outbound)),
    ...(topics ?? []).flatMap((topic, place) =>
      known.has(topic)
        ? []
        : [{ pointer: `/topics/${place}`, code: 'unknown_topic', message: `no such event: ${topic}` }],
    ),
  ];
  if (errors.length > 0) throw new ValidationError('not_valid', {}, { errors });
}

function urlProblems(url: string, outbound: Outbound): { pointer: string; code: string; message: string }[] {
  try {
    outbound.check(url);
    return [];
  } catch (error) {
    if (!isTrellisError(error)) throw error;
    return [{ pointer: '/url', code: error.code, message: error.message }];
  }
}

const audit = auditOf('core.webhook');
