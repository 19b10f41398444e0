import { ConflictError } from '@trellis-crm/sdk';
import type { InjectionToken } from 'tsyringe';
import type { Database } from '../database/database.js';
import type { Mailer } from '../mail/index.js';
import { addressIn, type AskConfirmation } from './ask-confirmation.js';
import type { Form, Submission } from './form.js';
import { getForm } from './form-store.js';
import { submissionFile } from './submission-file.js';
import { answeredKeys, findLeft, getSubmission, listSubmissions, type SubmissionSearch } from './submission-store.js';

/** What was sent to forms, for those who administer them. */
export interface Submissions {
  /** @throws NotFoundError `form_not_found` */
  list(search: SubmissionSearch): Promise<readonly Submission[]>;
  /** All of a form, or those in one state, as CSV. @throws NotFoundError `form_not_found` */
  file(search: Pick<SubmissionSearch, 'formId' | 'state'>): Promise<SubmissionFile>;
  /** @throws NotFoundError `form_not_found`, `submission_not_found` */
  get(key: SubmissionKey): Promise<Submission>;
  /**
   * Tries again to make a record of one that failed or looked like spam. Of a form that asks for confirmation spam is asked first.
   * @throws NotFoundError, ConflictError `submission_not_open`, `mail_server_needed`
   */
  retry(key: SubmissionKey): Promise<Submission>;
  /** Goes on with those whose process died before they became a record. */
  processLeft(before: Date): Promise<void>;
}

/** A file that is written while it is read. */
export interface SubmissionFile {
  /** Name without an ending: the address of the form. */
  readonly slug: string;
  readonly text: AsyncIterable<string>;
}

/** Which submission of which form. */
export type SubmissionKey = Pick<Submission, 'formId' | 'id'>;

/** The submissions of the workspace. */
export const Submissions: InjectionToken<Submissions> = Symbol('Submissions');

/** What the service needs. */
export interface SubmissionParts {
  readonly database: Pick<Database, 'knex' | 'tx'>;
  readonly askConfirmation: AskConfirmation;
  readonly isMailReady: Mailer['isReady'];
  /** Turns one into a record. */
  process(key: SubmissionKey): Promise<void>;
}

/** Creates the service. */
export function createSubmissions(parts: SubmissionParts): Submissions {
  const { process } = parts;
  const { knex } = parts.database;
  const get = async (key: SubmissionKey): Promise<Submission> => {
    await getForm(knex, key.formId);
    return getSubmission(knex, key);
  };
  return {
    get,
    async list(search) {
      await getForm(knex, search.formId);
      return listSubmissions(knex, search);
    },
    async file({ formId, state }) {
      const form = await getForm(knex, formId);
      const keys = await answeredKeys(knex, formId);
      const list = (search: SubmissionSearch) => listSubmissions(knex, search);
      return { slug: form.slug, text: submissionFile(list, form, { keys, ...(state && { state }) }) };
    },
    async retry(key) {
      const form = await getForm(knex, key.formId);
      const { state } = await getSubmission(knex, key);
      if (state === 'spam' && form.content.needsConfirmation) await confirmFirst(parts, form, key);
      else await process(key);
      return get(key);
    },
    async processLeft(before) {
      for (const key of await findLeft(knex, before)) await process(key);
    },
  };
}

/** Nobody was asked: whoever looks like a machine gets no mail. */
async function confirmFirst(parts: SubmissionParts, form: Form, key: SubmissionKey): Promise<void> {
  await parts.database.tx(async (trx) => {
    const { state, answers } = await getSubmission(trx, key, { lock: true });
    if (state !== 'spam') throw new ConflictError('submission_not_open', { state });
    if (!(await parts.isMailReady(trx))) throw new ConflictError('mail_server_needed');
    await parts.askConfirmation(trx, { form, submission: key.id, address: addressIn(form, answers) });
  });
}
