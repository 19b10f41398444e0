import { ForbiddenError, type Clock, type FormSource, type Id, type Problem } from '@trellis-crm/sdk';
import type { InjectionToken } from 'tsyringe';
import { hashSecret } from '../auth/secret.js';
import type { Database } from '../database/database.js';
import { uuidV7 } from '../database/uuid-v7.js';
import type { SecretBox } from '../secrets/index.js';
import { addressIn, type AskConfirmation } from './ask-confirmation.js';
import type { FloodLimits } from './flood-limits.js';
import { hadTime } from './fill-time.js';
import type { Answers, Form, Submission, SubmissionState } from './form.js';
import { findLiveForm } from './form-store.js';
import { readAnswers, type SentForm } from './read-answers.js';
import { confirmSubmission, insertSubmission } from './submission-store.js';

/** What a browser sent to a form. */
export interface Sending {
  readonly form: Form;
  readonly sent: SentForm;
  /** Where from: the `Origin` of the request, empty without one. */
  readonly origin: string;
  /** It is the one of our own pages. */
  readonly isOwn: boolean;
  readonly referrer: string;
  readonly ip: string;
  /** Language in which the form was shown. */
  readonly locale: string;
}

/** What became of it. */
export type Taken =
  | { readonly kind: 'refused'; readonly answers: Answers; readonly problems: readonly Problem[] }
  | { readonly kind: 'taken'; readonly needsConfirmation: boolean };

/** The public side of web forms. */
export interface FormIntake {
  /** The live form at an address; undefined when there is none. */
  find(slug: string): Promise<Form | undefined>;
  /**
   * Takes what somebody sent: stores it first, then has it become a record.
   * @throws RateLimitError `too_many_submissions`, ForbiddenError `origin_not_allowed`
   */
  take(sending: Sending): Promise<Taken>;
  /** Confirms what a link in a mail is about. @returns whether there was something to confirm */
  confirm(token: string): Promise<boolean>;
}

/** The public side of the workspace's forms. */
export const FormIntake: InjectionToken<FormIntake> = Symbol('FormIntake');

/** What it needs. */
export interface IntakeParts {
  readonly database: Pick<Database, 'knex' | 'tx'>;
  readonly clock: Clock;
  readonly secrets: SecretBox;
  readonly limits: FloodLimits;
  readonly askConfirmation: AskConfirmation;
  /** Has it become a record; what cannot be done now is done by a job. */
  process(key: Pick<Submission, 'formId' | 'id'>): Promise<void>;
}

/** Honeypot: people do not see it, machines fill it in. */
export const honeypot = 'website_2';
/** When the form was shown. */
export const shownField = '_shown';

const confirmWithinMs = 7 * 86_400_000;

/** Creates it. */
export function createFormIntake(parts: IntakeParts): FormIntake {
  const { clock } = parts;
  const { knex } = parts.database;
  return {
    find: (slug) => findLiveForm(knex, slug),
    take: (sending) => take(parts, sending),
    async confirm(token) {
      const since = new Date(clock.now().getTime() - confirmWithinMs);
      const submission = await confirmSubmission(knex, hashSecret(token), { since, at: clock.now() });
      if (submission !== undefined) await parts.process(submission);
      return submission !== undefined;
    },
  };
}

async function take(parts: IntakeParts, sending: Sending): Promise<Taken> {
  const { form, sent, origin, isOwn } = sending;
  if (!isOwn && !form.content.origins.includes(origin)) throw new ForbiddenError('origin_not_allowed', { origin });
  await parts.limits.count(form.id, sending.ip);
  const { answers, problems } = readAnswers(form.content.fields, sent);
  if (problems.length > 0) return { kind: 'refused', answers, problems };
  await keep(parts, sending, answers);
  return { kind: 'taken', needsConfirmation: form.content.needsConfirmation };
}

async function keep(parts: IntakeParts, sending: Sending, answers: Answers): Promise<void> {
  const { form, locale } = sending;
  const state = stateOf(parts, sending);
  const address = addressIn(form, answers);
  if (state !== 'spam') await parts.limits.countGenuine(form.id);
  if (state === 'unconfirmed') await parts.limits.countMail(address);
  const id: Id = uuidV7();
  await parts.database.tx(async (trx) => {
    const at = parts.clock.now();
    await insertSubmission(trx, { ...{ id, formId: form.id, state, answers, at }, source: sourceOf(sending) });
    if (state === 'unconfirmed') await parts.askConfirmation(trx, { form, submission: id, address, locale });
  });
  if (state === 'received') await parts.process({ formId: form.id, id });
}

/** Our own page carries when it was shown; a site's own copy of the form cannot. */
function stateOf({ secrets, clock }: IntakeParts, { form, sent, isOwn }: Sending): SubmissionState {
  const given = first(sent[shownField]);
  const isHasty = isOwn && !hadTime(secrets, form.id, { given, now: clock.now() });
  if (isHasty || first(sent[honeypot]) !== '') return 'spam';
  return form.content.needsConfirmation ? 'unconfirmed' : 'received';
}

/** What campaigns add to addresses. */
export const utmNames = ['source', 'medium', 'campaign', 'term', 'content'] as const;

/** A form in a frame has no campaign in its own address; the page around it may. */
function sourceOf({ sent, origin, referrer }: Sending): FormSource {
  const from = first(sent['_referrer']) || referrer;
  const around = URL.parse(from)?.searchParams;
  const utm = utmNames.flatMap((name) => {
    const value = (first(sent[`utm_${name}`]) || first(around?.get(`utm_${name}`) ?? '')).slice(0, 200);
    return value === '' ? [] : [[name, value] as const];
  });
  return { origin, referrer: from.slice(0, 500), utm: Object.fromEntries(utm) };
}

function first(value: string | readonly string[] | undefined): string {
  return [value ?? ''].flat()[0]?.replaceAll('\0', '').trim() ?? '';
}
