import type { Knex } from 'knex';
import type { InjectionToken } from 'tsyringe';
import type { Submission } from './form.js';
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
  /** Tries again to make a record of one that failed or looked like spam. @throws NotFoundError, ConflictError `submission_not_open` */
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

/** Creates the service. @param process turns one into a record */
export function createSubmissions(knex: Knex, process: (key: SubmissionKey) => Promise<void>): Submissions {
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
      await get(key);
      await process(key);
      return get(key);
    },
    async processLeft(before) {
      for (const key of await findLeft(knex, before)) await process(key);
    },
  };
}
