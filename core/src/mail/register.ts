import type { PluginHost } from '@trellis-crm/sdk';
import { instanceCachingFactory } from 'tsyringe';
import { Hold } from '../hold/index.js';
import { SecretBox } from '../secrets/index.js';
import type { Workspace } from '../workspace/workspace.js';
import { createMailer, Mailer } from './mailer.js';
import { sendJob } from './mailer-parts.js';
import { createMailSettingsStore } from './mail-settings-store.js';
import { purgeMails } from './mail-store.js';

/** Puts the mail room into the workspace's container. Needs {@link Hold} and {@link SecretBox} there. */
export function registerMail(workspace: Workspace): void {
  const { container, database, clock, log } = workspace;
  container.register(Mailer, {
    useFactory: instanceCachingFactory((inner) => {
      const secrets = inner.resolve(SecretBox);
      const settings = createMailSettingsStore({ database, clock, secrets });
      const info = (): ReturnType<Workspace['info']> => workspace.info();
      return createMailer({ database, clock, log, secrets, settings, info, hold: inner.resolve(Hold) });
    }),
  });
}

const halfHourMs = 30 * 60_000;

/** Registers core's jobs about mail: sending what is due, each minute for what failed before, and forgetting what is old. */
export function registerMailJobs(host: PluginHost, workspace: () => Workspace): void {
  host.job(sendJob, { cron: '* * * * *', timeoutMs: halfHourMs }, (ctx) =>
    workspace().container.resolve(Mailer).sendDue(ctx),
  );
  host.job('purge-mails', { cron: '20 4 * * *' }, () => purgeMails(workspace().database.work, workspace().clock.now()));
}
