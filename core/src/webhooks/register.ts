import { WebhookStopped, type Context, type PluginHost } from '@trellis-crm/sdk';
import { instanceCachingFactory } from 'tsyringe';
import { Hold } from '../hold/index.js';
import { Outbound } from '../outbound/index.js';
import { SecretBox } from '../secrets/index.js';
import type { Workspace } from '../workspace/workspace.js';
import { nextDue } from './delivery-queue.js';
import { createWebhookMessages, WebhookMessages } from './message-service.js';
import { purgeWebhooks } from './retention.js';
import { sendDue, sendJob, sendMessages } from './sender.js';
import { createWebhooks, Webhooks } from './webhook-service.js';

/** Puts {@link Webhooks} and {@link WebhookMessages} into the workspace's container. */
export function registerWebhooks({ container, database, clock }: Workspace): void {
  container.register(Webhooks, {
    useFactory: instanceCachingFactory((inner) =>
      createWebhooks({
        ...{ database, clock, sendMessages },
        secrets: inner.resolve(SecretBox),
        outbound: () => inner.resolve(Outbound),
      }),
    ),
  });
  container.register(WebhookMessages, {
    useFactory: instanceCachingFactory((inner) =>
      createWebhookMessages({
        ...{ knex: database.knex, clock, sendMessages },
        secrets: inner.resolve(SecretBox),
        outbound: () => inner.resolve(Outbound),
        hold: () => inner.resolve(Hold),
      }),
    ),
  });
}

/** Registers core's jobs about webhooks: sending, and forgetting what is old. */
export function registerWebhookJobs(host: PluginHost, workspace: () => Workspace): void {
  host.job(sendJob, { timeoutMs: 120_000 }, (ctx) => send(ctx, workspace()));
  // Finds what a sender left whose process died with its job.
  host.job('find-unsent-webhooks', { cron: '*/5 * * * *' }, async () => {
    const { work } = workspace().database;
    if ((await nextDue(work)) !== undefined) await sendMessages(work);
  });
  host.job('purge-webhooks', { cron: '20 3 * * *' }, () =>
    purgeWebhooks(workspace().database.work, workspace().clock.now()),
  );
}

function send(ctx: Context, { container, database, clock }: Workspace): Promise<void> {
  return sendDue({
    knex: database.work,
    clock,
    secrets: container.resolve(SecretBox),
    outbound: container.resolve(Outbound),
    tell: (stopped) => ctx.tx((tx) => tx.emit(WebhookStopped, { ...stopped })),
  });
}
