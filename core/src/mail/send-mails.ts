import { MailFailed, type Context } from '@trellis-crm/sdk';
import { isSealed } from '../secrets/index.js';
import { sendJob, toldSettingsPath, type MailerParts } from './mailer-parts.js';
import { isMailReady } from './mail-settings.js';
import { noteOutcome, takeMail, type MailContent, type MailOutcome, type TakenMail } from './mail-store.js';
import { connectSmtp, smtpFailure, type SmtpConnection, type SmtpFailure } from './smtp.js';

const minuteMs = 60_000;
/** Minutes to the next attempt after each failed one; then a mail is given up. */
const delayMinutes = [1, 5, 15, 60, 240, 720, 1440];
/** Longer than any attempt takes: whoever does not come back in time is taken for dead. */
const leaseMs = 10 * minuteMs;
/** Mails of one run; the rest is the next run's. */
const runLimit = 500;

/** Sends what is due, oldest first. A mail server that cannot be reached ends the run: the next mail would fare no better. */
export async function sendDueMails(parts: MailerParts, ctx: Context): Promise<void> {
  if (parts.hold.current() !== null) return;
  const { values, password, hasPassword } = await parts.settings.read();
  if (!isMailReady(values)) return;
  const smtp = connectSmtp(values, password);
  const send = (mail: TakenMail): Promise<SmtpFailure | null> =>
    hasPassword && password === null ? Promise.resolve(lockedPassword) : attempt(parts, smtp, mail);
  try {
    if ((await sendSome(parts, ctx, send)) === 'more') await ctx.jobs.add(sendJob);
  } finally {
    smtp.close();
  }
}

async function sendSome(
  parts: MailerParts,
  ctx: Context,
  send: (mail: TakenMail) => Promise<SmtpFailure | null>,
): Promise<'more' | 'enough'> {
  for (let sent = 0; sent < runLimit; sent++) {
    const mail = await takeMail(parts.database.work, parts.clock.now(), leaseMs);
    if (mail === undefined) return 'enough';
    const failure = mail.attempts > mostAttempts ? neverReturned : await send(mail);
    await note(parts, ctx, mail, failure);
    if (failure !== null && !isAboutMail(failure)) return 'enough';
  }
  return 'more';
}

/** Attempts at most; one more was begun than came to an end only if the process died in each of the others. */
const mostAttempts = delayMinutes.length + 1;

const neverReturned: SmtpFailure = {
  stage: 'interrupted',
  isPermanent: true,
  detail: '',
};

const lockedPassword: SmtpFailure = {
  stage: 'password',
  isPermanent: false,
  detail: '',
};

async function attempt(parts: MailerParts, smtp: SmtpConnection, mail: TakenMail): Promise<SmtpFailure | null> {
  const content = contentOf(parts, mail);
  if (content === null) return { stage: 'sealed', isPermanent: true, detail: '' };
  try {
    await smtp.send({
      messageId: mail.message_id,
      to: { address: mail.address, name: mail.recipient_name },
      subject: mail.subject,
      content,
      unsubscribeUrl: mail.is_optional ? `${parts.info().publicUrl}${toldSettingsPath}` : null,
    });
    return null;
  } catch (error) {
    return smtpFailure(error);
  }
}

function contentOf({ secrets }: MailerParts, { content }: TakenMail): MailContent | null {
  if (content === null || !isSealed(content)) return content;
  const opened = secrets.open(content);
  // What was sealed here is what was written there.
  return opened === undefined ? null : (JSON.parse(opened) as MailContent);
}

/** Those who run the workspace hear of a mail that was given up. */
async function note(parts: MailerParts, ctx: Context, mail: TakenMail, failure: SmtpFailure | null): Promise<void> {
  const now = parts.clock.now();
  const outcome = outcomeOf(mail, failure, now);
  await ctx.tx((tx) =>
    parts.database.tx(async (trx) => {
      await noteOutcome(trx, mail, outcome, now);
      if (outcome.state === 'dead')
        await tx.emit(MailFailed, { mailId: mail.id, stage: outcome.stage, actor: mail.actor });
    }),
  );
  if (failure !== null) {
    const facts = { mailId: mail.id, stage: failure.stage, attempts: mail.attempts, state: outcome.state };
    parts.log.warn(facts, 'a mail could not be sent');
  }
}

function outcomeOf({ attempts }: TakenMail, failure: SmtpFailure | null, now: Date): MailOutcome {
  if (failure === null) return { state: 'sent' };
  const { stage, isPermanent, detail: error } = failure;
  const delay = delayMinutes[attempts - 1];
  if (isPermanent || delay === undefined) return { state: 'dead', stage, error };
  return { state: 'waiting', nextAt: new Date(now.getTime() + delay * minuteMs), stage, error };
}

function isAboutMail({ stage }: SmtpFailure): boolean {
  return ['recipient', 'message', 'interrupted', 'sealed'].includes(stage);
}
