import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { TestHost } from '@trellis-crm/sdk/testing';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A mail as the server was handed it. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly user: string | null;
  /** Headers and parts, lines unfolded and decoded as far as the tests need. */
  readonly source: string;
}

/** A real mail server on this machine. */
export interface SmtpLab {
  readonly port: number;
  readonly received: ReceivedMail[];
  /** Addresses it refuses for good. */
  readonly refused: Set<string>;
  /** It answers "try again later" while set. */
  isBusy: boolean;
  close(): Promise<void>;
}

/** The one login it knows. */
export const smtpLogin = { user: 'trellis', password: 'correct horse' } as const;

/** Starts a server that keeps what it is sent. */
export async function startSmtp(options: SMTPServerOptions = {}): Promise<SmtpLab> {
  const received: ReceivedMail[] = [];
  const refused = new Set<string>();
  const state = { isBusy: false };
  const server = new SMTPServer({
    ...{ authOptional: true, allowInsecureAuth: true, disabledCommands: ['STARTTLS'], disableReverseLookup: true },
    onAuth({ username, password }, _session, done) {
      if (username === smtpLogin.user && password === smtpLogin.password) done(null, { user: username });
      else done(new Error('Invalid login'));
    },
    onRcptTo({ address }, _session, done) {
      if (state.isBusy) done(Object.assign(new Error('Try again later'), { responseCode: 451 }));
      else if (refused.has(address)) done(Object.assign(new Error('No such mailbox'), { responseCode: 550 }));
      else done();
    },
    onData(stream, session, done) {
      const { envelope } = session;
      const user: unknown = session.user;
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        const to = envelope.rcptTo.map(({ address }) => address);
        received.push({
          from,
          to,
          user: typeof user === 'string' ? user : null,
          source: decoded(Buffer.concat(parts).toString()),
        });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return Object.assign(state, {
    port: (server.server.address() as AddressInfo).port,
    ...{ received, refused },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  });
}

/** Has the host send by a server of this machine. */
export async function useSmtp(host: TestHost, settings: object): Promise<void> {
  const body = {
    host: '127.0.0.1',
    security: 'none',
    senderAddress: 'crm@example.com',
    senderName: 'Trellis',
    ...settings,
  };
  const { status } = await host.as(host.admin).patch('/api/v1/settings/mail', body, { 'If-Match': '*' });
  if (status !== 200) throw new Error(`the mail settings were refused with ${String(status)}`);
}

/** Mails as an administrator reads them in the API. */
export async function mailsOf(host: TestHost, query = ''): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { body } = await host.as(host.admin).get(`/api/v1/mails${query}`);
  return body['data'] as unknown as readonly Readonly<Record<string, unknown>>[];
}

function decoded(source: string): string {
  return source
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
    .replace(/\r\n[ \t]+/g, ' ');
}
