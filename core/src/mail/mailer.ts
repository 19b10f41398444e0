import type { Context, NewMail, WorkspaceInfo } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { InjectionToken } from 'tsyringe';
import { uuidV7 } from '../database/uuid-v7.js';
import { enqueueJob } from '../jobs/job-queue.js';
import type { Generation } from '../kernel/index.js';
import { formatOf } from '../views/index.js';
import { writeLetter } from './letter.js';
import { sendJob, toldSettingsPath, type MailerParts } from './mailer-parts.js';
import { findReaders, readerEnv, type MailReader } from './mail-readers.js';
import { isMailReady } from './mail-settings.js';
import type { MailSettingsStore, StoredMailSettings } from './mail-settings-store.js';
import { insertMails, type MailContent, type StoredMail } from './mail-store.js';
import { sendDueMails } from './send-mails.js';
import { sendTest, type TestResult } from './test-mail.js';

/** A mail that a module wants to leave. */
export interface MailOrder extends NewMail {
  readonly module: string;
  /** `user:<id>`, `plugin:<id>` … */
  readonly actor: string;
  /** It carries a personal link: sealed while it waits, shown to nobody, forgotten when it is gone. */
  readonly isSecret?: boolean;
  /** The recipient may switch mails of its kind off; it says where. */
  readonly isOptional?: boolean;
}

/** What leaves the workspace by mail. */
export interface Mailer {
  readonly settings: MailSettingsStore;
  /** Whether mails leave, as far as the settings tell. */
  isReady(connection: Knex): Promise<boolean>;
  /** Stores mails in the transaction given and has them sent after it. @returns how many are new */
  queue(connection: Knex, generation: Generation, orders: readonly MailOrder[]): Promise<number>;
  /** Stores a mail if it can leave; for what people get another way otherwise. */
  queueIfReady(connection: Knex, generation: Generation, order: MailOrder): Promise<boolean>;
  /** Has what waits sent after the transaction given. */
  wake(connection: Knex): Promise<void>;
  /** Sends what is due, one after the other; for the job. */
  sendDue(ctx: Context): Promise<void>;
  /** Sends one mail at once and says what came of it. @throws ConflictError `mail_not_configured`, `workspace_held` */
  test(ctx: Context, generation: Generation, to: string): Promise<TestResult>;
}

/** The workspace's mail room. */
export const Mailer: InjectionToken<Mailer> = Symbol('Mailer');

/** Creates the mail room. */
export function createMailer(parts: MailerParts): Mailer {
  const { settings } = parts;
  const queue: Mailer['queue'] = async (connection, generation, orders) => {
    const stored = await settings.read(connection);
    const recipients = orders.map(({ to }) => to);
    const readers = await findReaders(connection, recipients, parts.info());
    const mails = orders.flatMap((order, place) => {
      const reader = readers[place] ?? null;
      return reader === null ? [] : [compose(parts, generation, { order, reader, stored })];
    });
    const { length } = await insertMails(connection, mails);
    if (length > 0 && isMailReady(stored.values)) await wake(connection);
    return length;
  };
  const isReady: Mailer['isReady'] = async (connection) => isMailReady((await settings.read(connection)).values);
  return {
    ...{ settings, isReady, queue, wake },
    queueIfReady: async (connection, generation, order) =>
      (await isReady(connection)) && (await queue(connection, generation, [order])) > 0,
    sendDue: (ctx) => sendDueMails(parts, ctx),
    test: (ctx, generation, to) => sendTest(parts, ctx, generation, to),
  };
}

function wake(connection: Knex): Promise<void> {
  return enqueueJob(connection, { module: 'core', name: sendJob, payload: {}, key: sendJob });
}

interface Composition {
  readonly order: MailOrder;
  readonly reader: MailReader;
  readonly stored: StoredMailSettings;
}

function compose(parts: MailerParts, generation: Generation, { order, reader, stored }: Composition): StoredMail {
  const { module, kind, key = null, actor, isSecret = false, isOptional = false } = order;
  const { subject, content } = written(parts, generation, order, reader);
  const id = uuidV7();
  const now = parts.clock.now();
  return {
    ...{ id, module, kind, key, actor, subject },
    message_id: messageId(id, stored, parts.info()),
    user_id: reader.userId,
    address: reader.address,
    recipient_name: reader.name,
    content: isSecret ? parts.secrets.seal(JSON.stringify(content)) : content,
    is_secret: isSecret,
    is_optional: isOptional,
    state: isMailReady(stored.values) ? 'waiting' : 'kept',
    ...{ next_at: now, created_at: now, changed_at: now },
  };
}

function written(
  { clock, info }: MailerParts,
  { views }: Generation,
  { module, write, isOptional }: MailOrder,
  { name, locale, timeZone }: MailReader,
): { readonly subject: string; readonly content: MailContent } {
  const { name: workspaceName, publicUrl, baseCurrency } = info();
  const env = readerEnv({ locale, timeZone }, { baseCurrency }, clock.now());
  const t = (key: string, values?: Readonly<Record<string, unknown>>): string =>
    views.translate(env, module, key, values);
  const letter = write({ name, locale, timeZone, t, format: formatOf(views, env) });
  const settingsUrl = isOptional === true ? `${publicUrl}${toldSettingsPath}` : null;
  return {
    subject: letter.subject.replace(/\s+/g, ' ').trim(),
    content: writeLetter(letter, { views, env, workspaceName, publicUrl, settingsUrl }),
  };
}

function messageId(
  id: string,
  { values: { senderAddress } }: StoredMailSettings,
  { publicUrl }: WorkspaceInfo,
): string {
  const domain = senderAddress?.split('@').at(-1) ?? new URL(publicUrl).hostname;
  return `<${id}@${domain}>`;
}
