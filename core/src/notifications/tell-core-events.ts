import type {
  MailFailed,
  PayloadOf,
  PluginQuarantined,
  TransactionContext,
  WebhookStopped,
  WorkFinished,
} from '@trellis-crm/sdk';
import { findImport } from '../imports/index.js';
import type { Workspace } from '../workspace/workspace.js';
import { tellNotice } from './tell.js';

const nobody = { users: [], holding: null, entity: null, record: null, values: {}, href: null, key: null, by: null };

/** Tells those who look after mails, with the way to this one, and the person it was sent for, without. */
export async function tellFailedMail(
  workspace: Workspace,
  tx: TransactionContext,
  { mailId, actor }: PayloadOf<typeof MailFailed>,
): Promise<void> {
  const common = { ...nobody, kind: 'core.mail-failed' };
  const author = /^user:(.+)$/.exec(actor)?.[1];
  const way = { holding: 'core.mail:administer', href: `/mails/${mailId}`, key: mailId };
  await tellNotice(workspace, tx, { ...common, ...way });
  if (author !== undefined) await tellNotice(workspace, tx, { ...common, users: [author], key: 'own' });
}

/** Tells those who run the plugins. */
export function tellQuarantine(
  workspace: Workspace,
  tx: TransactionContext,
  { plugin }: PayloadOf<typeof PluginQuarantined>,
): Promise<void> {
  return tellNotice(workspace, tx, {
    ...{ ...nobody, kind: 'core.plugin-quarantined', values: { plugin }, key: plugin },
    ...{ holding: 'core.plugin:administer', href: `/plugins/${plugin}` },
  });
}

/** Tells those who look after webhooks that one sends nothing more. */
export function tellStoppedWebhook(
  workspace: Workspace,
  tx: TransactionContext,
  { webhookId, reason }: PayloadOf<typeof WebhookStopped>,
): Promise<void> {
  return tellNotice(workspace, tx, {
    ...{ ...nobody, kind: 'core.webhook-stopped', values: { reason }, key: webhookId },
    ...{ holding: 'core.webhook:administer', href: `/settings/webhooks/${webhookId}` },
  });
}

/** Short work is over before its owner looks away. */
const longWork = 100;

/** Tells whoever began long work that it is over, and of any that failed. */
export async function tellWork(
  workspace: Workspace,
  tx: TransactionContext,
  { job, kind, owner, state, total }: PayloadOf<typeof WorkFinished>,
): Promise<void> {
  if (kind !== 'import' && state === 'done' && (total ?? 0) < longWork) return;
  const what =
    kind === 'import'
      ? { values: { ...(await importedFile(workspace, job)), state }, href: `/imports/${job}` }
      : { values: { work: 'change', state }, href: null };
  await tellNotice(workspace, tx, { ...nobody, kind: 'core.work-finished', users: [owner], key: job, ...what });
}

/** An import as the notice tells it: by its file, unless the import is forgotten already. */
async function importedFile({ database }: Workspace, id: string): Promise<Readonly<Record<string, string>>> {
  const known = await findImport(database.knex, id);
  return known === undefined ? { work: 'import' } : { work: 'file', file: known.fileName };
}
