import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { enqueueJob } from '../jobs/job-queue.js';
import { claimDue, nextDue, type ClaimedDelivery } from './delivery-queue.js';
import { sendDelivery, type SendingParts } from './send-delivery.js';
import { recordTry } from './tries.js';

/** Name of the job that sends what is due. */
export const sendJob = 'send-webhooks';

/** What the sender needs. */
export interface SenderParts extends SendingParts {
  readonly knex: Knex;
  /** Says that a webhook is not active any more. */
  tell(stopped: StoppedWebhook): Promise<void>;
}

/** A webhook that a failure ended. */
export interface StoppedWebhook {
  readonly webhookId: Id;
  readonly reason: 'failing' | 'gone';
}

/** Messages on the way at once. */
const concurrency = 16;
/** A run takes no new messages after this long, so that it ends well before its time-out; the next one goes on. */
const runMs = 30_000;

/** Has what is due sent, now; in the transaction that left it. One sender runs at a time over all processes. */
export function sendMessages(connection: Knex): Promise<void> {
  return enqueueJob(connection, { module: 'core', name: sendJob, payload: {}, key: sendJob, queue: sendJob });
}

/** Sends what is due until nothing is, then has itself called when the next message is. */
export async function sendDue(parts: SenderParts): Promise<void> {
  const { knex, clock } = parts;
  await new SendingRun(parts).run();
  const due = await nextDue(knex);
  if (due === undefined) return;
  if (due <= clock.now()) await sendMessages(knex);
  // A key of its own: it must not put off what a fan-out asks for now.
  else
    await enqueueJob(knex, {
      module: 'core',
      name: sendJob,
      payload: {},
      key: `${sendJob}-later`,
      queue: sendJob,
      runAt: due,
    });
}

class SendingRun {
  readonly #parts: SenderParts;
  readonly #running = new Map<ClaimedDelivery, Promise<void>>();
  readonly #faults: unknown[] = [];

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /** @throws the first fault of the database; messages under way are booked before */
  async run(): Promise<void> {
    const endAt = performance.now() + runMs;
    for (;;) {
      const mayTake = performance.now() < endAt && this.#faults.length === 0;
      const taken = mayTake ? await this.#take() : 0;
      if (this.#running.size === 0) break;
      if (taken === 0) await Promise.race(this.#running.values());
    }
    if (this.#faults.length > 0) throw this.#faults[0];
  }

  /** @returns how many messages it began to send */
  async #take(): Promise<number> {
    const limit = concurrency - this.#running.size;
    if (limit === 0) return 0;
    const { knex, clock } = this.#parts;
    const claimed = await claimDue(knex, { now: clock.now(), limit, running: [...this.#running.keys()] });
    for (const delivery of claimed) this.#start(delivery);
    return claimed.length;
  }

  #start(delivery: ClaimedDelivery): void {
    const sent = this.#send(delivery)
      .catch((error: unknown) => void this.#faults.push(error))
      .finally(() => this.#running.delete(delivery));
    this.#running.set(delivery, sent);
  }

  async #send(delivery: ClaimedDelivery): Promise<void> {
    const reason = await recordTry(this.#parts.knex, delivery, await sendDelivery(this.#parts, delivery));
    if (reason !== null) await this.#parts.tell({ webhookId: delivery.webhookId, reason });
  }
}
