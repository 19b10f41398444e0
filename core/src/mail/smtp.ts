import { isTrellisError, UpstreamError } from '@trellis-crm/sdk';
import { createTransport } from 'nodemailer';
import type { MailContent } from './mail-store.js';
import { isMailReady, type MailSettings } from './mail-settings.js';

/** Where sending failed, in the order of the way: each has its own remedy. The last three never reach a server. */
export type SmtpStage =
  | 'dns'
  | 'connection'
  | 'timeout'
  | 'tls'
  | 'authentication'
  | 'sender'
  | 'recipient'
  | 'message'
  | 'password'
  | 'interrupted'
  | 'sealed';

/** A mail server, for a few mails. */
export interface SmtpConnection {
  /** @throws UpstreamError `mail_refused` with `stage` and `isPermanent` (the same mail would be refused again) */
  send(mail: SmtpMail): Promise<void>;
  close(): void;
}

/** A mail as it leaves. */
export interface SmtpMail {
  readonly messageId: string;
  readonly to: { readonly address: string; readonly name: string };
  readonly subject: string;
  readonly content: MailContent;
  /** Page on which the recipient says what to be told; null when the mail does not depend on it. */
  readonly unsubscribeUrl: string | null;
}

/** Why a mail did not leave. */
export interface SmtpFailure {
  readonly stage: SmtpStage;
  readonly isPermanent: boolean;
  /** What the server or the network said. */
  readonly detail: string;
}

/** Milliseconds for reaching the server, its greeting, and a pause in between: together below what a request may take. */
const timeouts = { connectionTimeout: 5000, greetingTimeout: 4000, socketTimeout: 8000, dnsTimeout: 4000 } as const;

/** Opens a connection with the first mail. */
export function connectSmtp(settings: MailSettings, password: string | null): SmtpConnection {
  const { host, port, security, user, senderAddress, senderName } = settings;
  if (!isMailReady(settings) || host === null || senderAddress === null)
    throw new Error('no mail server is configured');
  const transport = createTransport({
    ...{ host, port, secure: security === 'tls', requireTLS: security === 'starttls', ignoreTLS: security === 'none' },
    ...(user !== null && { auth: { user, pass: password ?? '' } }),
    ...timeouts,
    ...{ pool: true, maxConnections: 1, disableFileAccess: true, disableUrlAccess: true },
  });
  return {
    async send(mail) {
      try {
        await transport.sendMail({
          from: { address: senderAddress, name: senderName ?? '' },
          to: mail.to,
          ...{ messageId: mail.messageId, subject: mail.subject, html: mail.content.html, text: mail.content.text },
          headers: { 'Auto-Submitted': 'auto-generated', ...listHeaders(mail.unsubscribeUrl) },
        });
      } catch (error) {
        const { stage, isPermanent, detail } = failureOf(error);
        throw new UpstreamError('mail_refused', { stage, isPermanent }, { message: detail, cause: error });
      }
    },
    close: () => transport.close(),
  };
}

/** What a refused {@link SmtpConnection.send} says. @throws what is none of its errors */
export function smtpFailure(error: unknown): SmtpFailure {
  if (!isTrellisError(error) || error.code !== 'mail_refused') throw error;
  const { stage, isPermanent } = error.details as Pick<SmtpFailure, 'stage' | 'isPermanent'>;
  return { stage, isPermanent, detail: error.message };
}

function listHeaders(url: string | null): Readonly<Record<string, string>> {
  return url === null ? {} : { 'List-Unsubscribe': `<${url}>` };
}

interface TransportError {
  readonly message: string;
  readonly code?: string;
  readonly command?: string;
  readonly response?: string;
  readonly permanent?: boolean;
  readonly originalCode?: string;
}

function failureOf(error: unknown): SmtpFailure {
  const told = error as TransportError;
  const stage = stageOf(told);
  const isAboutMail = stage === 'recipient' || stage === 'message' || stage === 'sender';
  return { stage, isPermanent: isAboutMail && told.permanent === true, detail: oneLine(told.response ?? told.message) };
}

const stageOfCode: Readonly<Record<string, SmtpStage>> = {
  EDNS: 'dns',
  EAUTH: 'authentication',
  ENOAUTH: 'authentication',
  ETIMEDOUT: 'timeout',
  EENVELOPE: 'recipient',
  EMESSAGE: 'message',
};

/** Certificates that are not trusted, and names that nobody knows, come as errors of the socket. */
function stageOf({ code, originalCode, command, message }: TransportError): SmtpStage {
  const told = [code, originalCode, message].join(' ');
  if (/ENOTFOUND|EAI_AGAIN/.test(told)) return 'dns';
  if (/CERT|SSL|TLS/i.test(told)) return 'tls';
  if (code === 'EENVELOPE' && command?.startsWith('MAIL') === true) return 'sender';
  return stageOfCode[String(code)] ?? 'connection';
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 500);
}
