import { ConflictError, type Context } from '@trellis-crm/sdk';
import { uuidV7 } from '../database/uuid-v7.js';
import type { Generation } from '../kernel/index.js';
import { writeLetter } from './letter.js';
import type { MailerParts } from './mailer-parts.js';
import { readerEnv } from './mail-readers.js';
import { isMailReady } from './mail-settings.js';
import { connectSmtp, smtpFailure, type SmtpFailure } from './smtp.js';

/** What came of a test: the mail server took it, or where it failed and what was said there. */
export type TestResult = { readonly isSent: true } | ({ readonly isSent: false } & Omit<SmtpFailure, 'isPermanent'>);

/** Sends a mail to `to` with the settings as stored, past the queue. @throws ConflictError `mail_not_configured`, `workspace_held` */
export async function sendTest(
  { settings, hold, clock, info }: MailerParts,
  ctx: Context,
  { views }: Generation,
  to: string,
): Promise<TestResult> {
  if (hold.current() !== null) throw new ConflictError('workspace_held');
  const { values, password, hasPassword } = await settings.read();
  if (!isMailReady(values)) throw new ConflictError('mail_not_configured');
  if (hasPassword && password === null) return { isSent: false, stage: 'password', detail: '' };
  const { name: workspaceName, publicUrl } = info();
  const letter = { subject: ctx.t('mails.test.subject', { workspaceName }), paragraphs: [ctx.t('mails.test.text')] };
  const env = readerEnv(ctx.actor, info(), clock.now());
  const content = writeLetter(letter, { views, env, workspaceName, publicUrl, settingsUrl: null });
  const domain = values.senderAddress?.split('@').at(-1) ?? 'localhost';
  const smtp = connectSmtp(values, password);
  try {
    const target = { address: to, name: '' };
    await smtp.send({
      ...{ messageId: `<${uuidV7()}@${domain}>`, to: target, subject: letter.subject, content, unsubscribeUrl: null },
    });
    return { isSent: true };
  } catch (error) {
    const { stage, detail } = smtpFailure(error);
    return { isSent: false, stage, detail };
  } finally {
    smtp.close();
  }
}
