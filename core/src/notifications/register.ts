import { MailFailed, PluginQuarantined, WebhookStopped, WorkFinished, type PluginHost } from '@trellis-crm/sdk';
import { instanceCachingFactory } from 'tsyringe';
import { Signals } from '../database/signals.js';
import { EventBus, tellChangesJob } from '../events/event-bus.js';
import type { Workspace } from '../workspace/workspace.js';
import { contributeCoreKinds } from './core-kinds.js';
import { NoticeGiven } from './events.js';
import { purgeNotifications, wakeSnoozed } from './notification-store.js';
import { announce, mailNoticesJob, tellNotice } from './tell.js';
import { mailAtOnce, mailDigests } from './mail-digests.js';
import { tellChanges } from './tell-changes.js';
import { tellFailedMail, tellQuarantine, tellStoppedWebhook, tellWork } from './tell-core-events.js';
import { createUnreadCounts, UnreadCounts } from './unread-counts.js';

/** Puts the counts of the inboxes into the workspace's container. Needs {@link EventBus} and {@link Signals} there. */
export function registerNotifications({ container, database, clock }: Workspace): void {
  container.register(UnreadCounts, {
    useFactory: instanceCachingFactory((inner) =>
      createUnreadCounts({
        ...{ knex: database.knex, clock },
        ...{ hub: inner.resolve(EventBus).hub, signals: inner.resolve(Signals) },
      }),
    ),
  });
}

/** Registers core's kinds, what tells of events, and what brings back, mails and forgets lines. */
export function registerNotices(host: PluginHost, workspace: () => Workspace): void {
  contributeCoreKinds(host);
  host.on(NoticeGiven, 'tell-notice', (tx, { payload }) => tellNotice(workspace(), tx, payload));
  host.on(MailFailed, 'tell-failed-mail', (tx, { payload }) => tellFailedMail(workspace(), tx, payload));
  host.on(PluginQuarantined, 'tell-quarantine', (tx, { payload }) => tellQuarantine(workspace(), tx, payload));
  host.on(WebhookStopped, 'tell-stopped-webhook', (tx, { payload }) => tellStoppedWebhook(workspace(), tx, payload));
  host.on(WorkFinished, 'tell-work', (tx, { payload }) => tellWork(workspace(), tx, payload));
  host.job(tellChangesJob, {}, (ctx) => tellChanges(workspace(), ctx));
  host.job(mailNoticesJob, { cron: '*/5 * * * *' }, (ctx) => mailAtOnce(workspace(), ctx));
  host.job('mail-digests', { cron: '*/15 * * * *' }, (ctx) => mailDigests(workspace(), ctx));
  host.job('wake-notifications', { cron: '* * * * *' }, (ctx) =>
    ctx.tx(async () => {
      const { database, clock } = workspace();
      await announce(database, await database.tx((trx) => wakeSnoozed(trx, clock.now())));
    }),
  );
  host.job('purge-notifications', { cron: '25 4 * * *' }, () =>
    purgeNotifications(workspace().database.work, workspace().clock.now()),
  );
}
