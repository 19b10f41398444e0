import type { Knex } from 'knex';
import type { InjectionToken } from 'tsyringe';
import type { Submission } from './form.js';
import { getForm } from './form-store.js';
import { findLeft, getSubmission, listSubmissions, type SubmissionSearch } from './submission-store.js';

/** What was sent to forms, for those who administer them. */
export interface Submissions {
  /** @throws NotFoundError `form_not_found` */
  list(search: SubmissionSearch): Promise<readonly Submission[]>;
  /** @throws NotFoundError `form_not_found`, `submission_not_found` */
  get(key: SubmissionKey): Promise<Submission>;
  /** Tries again to make a record of one that failed or looked like spam. @throws NotFoundError, ConflictError `submission_not_open` */
  retry(key: SubmissionKey): Promise<Submission>;
  /** Goes on with those whose process died before they became a record. */
  processLeft(before: Date): Promise<void>;
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
