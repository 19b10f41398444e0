import { NotFoundError, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { isSealed } from '../secrets/index.js';
import type { MailContent, MailState, StoredMail } from './mail-store.js';

/** A mail as administrators see it. Moments are ISO 8601. */
export interface MailEntry {
  readonly id: Id;
  readonly state: MailState;
  readonly kind: string;
  readonly address: string;
  readonly subject: string;
  readonly attempts: number;
  /** Where the last attempt failed: `dns`, `connection`, `tls`, `authentication` …; null when none did. */
  readonly lastStage: string | null;
  readonly lastError: string | null;
  readonly createdAt: string;
  /** When it is tried next; null when it is not. */
  readonly nextAt: string | null;
}

/** One mail with what it says; null when it carries a personal link, which is nobody's but the recipient's. */
export interface MailDetail extends MailEntry {
  readonly content: MailContent | null;
}

/** Where a page of mails begins and what is on it. */
export interface MailPage {
  readonly state?: MailState;
  readonly after?: Id;
  readonly limit: number;
}

/** Newest first. */
export async function listMails(knex: Knex, { state, after, limit }: MailPage): Promise<readonly MailEntry[]> {
  const query = knex<MailRow>('core.outgoing_mails').select(entryColumns).orderBy('id', 'desc').limit(limit);
  if (state !== undefined) void query.where({ state });
  if (after !== undefined) void query.where('id', '<', after);
  return (await query).map(toEntry);
}

/** @throws NotFoundError `mail_not_found` */
export async function getMail(knex: Knex, id: Id): Promise<MailDetail> {
  const row = await knex<MailRow>('core.outgoing_mails').where({ id }).first();
  if (row === undefined) throw new NotFoundError('mail_not_found');
  const { content } = row;
  return { ...toEntry(row), content: content === null || isSealed(content) ? null : content };
}

interface MailRow extends StoredMail {
  readonly attempts: number;
  readonly last_stage: string | null;
  readonly last_error: string | null;
}

const entryColumns = [
  ...(['id', 'state', 'kind', 'address', 'subject', 'attempts'] as const),
  ...(['last_stage', 'last_error', 'created_at', 'next_at'] as const),
];

type EntryRow = Pick<MailRow, (typeof entryColumns)[number]>;

function toEntry(row: EntryRow): MailEntry {
  const { id, state, kind, address, subject, attempts } = row;
  return {
    ...{ id, state, kind, address, subject, attempts },
    lastStage: row.last_stage,
    lastError: row.last_error,
    createdAt: row.created_at.toISOString(),
    nextAt: state === 'waiting' ? row.next_at.toISOString() : null,
  };
}
