import { NotFoundError, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { SealedText } from '../secrets/index.js';

/** `waiting` to be sent · `sent` · `dead`: given up · `kept`: no mail server was configured · `dropped` by an administrator. */
export type MailState = 'waiting' | 'sent' | 'dead' | 'kept' | 'dropped';

/** Both parts of a mail. */
export interface MailContent {
  readonly html: string;
  readonly text: string;
}

/** A mail to store. */
export interface StoredMail {
  readonly id: Id;
  /** Fixed for every attempt, so that a server that was sent it twice can tell. */
  readonly message_id: string;
  readonly module: string;
  readonly kind: string;
  readonly key: string | null;
  readonly user_id: Id | null;
  readonly address: string;
  readonly recipient_name: string;
  readonly subject: string;
  /** Null once a mail with a personal link is gone. */
  readonly content: MailContent | SealedText | null;
  /** It carries a personal link. */
  readonly is_secret: boolean;
  /** The recipient may switch mails of its kind off. */
  readonly is_optional: boolean;
  readonly state: MailState;
  readonly next_at: Date;
  readonly actor: string;
  readonly created_at: Date;
  readonly changed_at: Date;
}

/** A mail taken to be sent. */
export interface TakenMail extends StoredMail {
  /** This one included. */
  readonly attempts: number;
}

/** Stores mails; those whose key was used before are left out. @returns ids of those stored */
export async function insertMails(connection: Knex, mails: readonly StoredMail[]): Promise<readonly Id[]> {
  if (mails.length === 0) return [];
  const rows = await connection('core.outgoing_mails')
    .insert(mails)
    .onConflict(['module', 'key'])
    .ignore()
    .returning<{ readonly id: Id }[]>('id');
  return rows.map(({ id }) => id);
}

/**
 * Takes the oldest mail that is due and puts it off: should this process die, another tries it then, so a mail server is asked
 * again rather than never.
 */
export async function takeMail(knex: Knex, now: Date, leaseMs: number): Promise<TakenMail | undefined> {
  const { rows } = await knex.raw<{ rows: TakenMail[] }>(takeStatement, [new Date(now.getTime() + leaseMs), now]);
  return rows[0];
}

const takeStatement = `
  update core.outgoing_mails set attempts = attempts + 1, next_at = ?
  where id = (
    select id from core.outgoing_mails where state = 'waiting' and next_at <= ?
    order by next_at limit 1 for update skip locked)
  returning *`;

/** What came of an attempt. */
export type MailOutcome =
  | { readonly state: 'sent' }
  | { readonly state: 'waiting'; readonly nextAt: Date; readonly stage: string; readonly error: string }
  | { readonly state: 'dead'; readonly stage: string; readonly error: string };

/** Notes what came of an attempt; a personal link is forgotten once it is gone. */
export async function noteOutcome(knex: Knex, mail: StoredMail, outcome: MailOutcome, at: Date): Promise<void> {
  const failed = outcome.state === 'sent' ? {} : { last_stage: outcome.stage, last_error: outcome.error };
  await knex('core.outgoing_mails')
    .where({ id: mail.id, state: 'waiting' })
    .update({
      state: outcome.state,
      changed_at: at,
      ...failed,
      ...(outcome.state === 'waiting' && { next_at: outcome.nextAt }),
      ...(outcome.state === 'sent' && mail.is_secret && { content: null }),
    });
}

/** Puts mails that were kept, given up or dropped back into the queue. @throws NotFoundError `mail_not_found` */
export async function requeueMail(knex: Knex, id: Id, now: Date): Promise<void> {
  const changed = await knex('core.outgoing_mails')
    .where({ id })
    .whereIn('state', ['kept', 'dead', 'dropped'])
    .whereNotNull('content')
    .update({ state: 'waiting', attempts: 0, next_at: now, changed_at: now });
  if (changed === 0) throw new NotFoundError('mail_not_found');
}

/** Takes a mail out of the queue. @throws NotFoundError `mail_not_found` */
export async function dropMail(knex: Knex, id: Id, now: Date): Promise<void> {
  const changed = await knex('core.outgoing_mails')
    .where({ id })
    .whereIn('state', ['waiting', 'kept', 'dead'])
    .update({ state: 'dropped', changed_at: now });
  if (changed === 0) throw new NotFoundError('mail_not_found');
}

const dayMs = 86_400_000;
const keepDays = 90;

/** Deletes mails that need nothing more, 90 days after their last change. */
export async function purgeMails(knex: Knex, now: Date): Promise<void> {
  await knex('core.outgoing_mails')
    .whereNot({ state: 'waiting' })
    .where('changed_at', '<', new Date(now.getTime() - keepDays * dayMs))
    .delete();
}
