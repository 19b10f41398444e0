import { NotFoundError, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Submission, SubmissionState } from './form.js';

/** A submission to store. */
export interface NewSubmission extends Pick<Submission, 'id' | 'formId' | 'state' | 'answers' | 'source'> {
  readonly at: Date;
}

/** Stores what was sent, before anything comes of it. */
export async function insertSubmission(knex: Knex, submission: NewSubmission): Promise<void> {
  const { id, formId, state, answers, source, at } = submission;
  await knex('core.form_submissions').insert({
    ...{ id, state, form_id: formId },
    answers: JSON.stringify(answers),
    source: JSON.stringify(source),
    created_at: at,
    changed_at: at,
  });
}

/** A page of what was sent, the newest first. */
export interface SubmissionSearch {
  readonly formId: Id;
  readonly state?: SubmissionState;
  readonly limit: number;
  /** `number` of the last one of the page before. */
  readonly after?: string;
}

/** What was sent to a form. */
export async function listSubmissions(knex: Knex, search: SubmissionSearch): Promise<readonly Submission[]> {
  const { formId, state, limit, after } = search;
  const query = knex('core.form_submissions').where({ form_id: formId });
  if (state !== undefined) void query.where({ state });
  if (after !== undefined) void query.where('number', '<', after);
  return query.orderBy('number', 'desc').limit(limit).select<Submission[]>(columns);
}

/** Keys of all questions that were ever answered in a form. */
export async function answeredKeys(knex: Knex, formId: Id): Promise<readonly string[]> {
  const { rows } = await knex.raw<{ rows: { key: string }[] }>(
    'select distinct jsonb_object_keys(answers) as key from core.form_submissions where form_id = ? order by key',
    [formId],
  );
  return rows.map(({ key }) => key);
}

/** @throws NotFoundError `submission_not_found` */
export async function getSubmission(
  knex: Knex,
  { formId, id }: Pick<Submission, 'formId' | 'id'>,
  options: { readonly lock?: boolean } = {},
): Promise<Submission> {
  const query = knex('core.form_submissions').where({ id, form_id: formId }).first<Submission | undefined>(columns);
  const submission = await (options.lock === true ? query.forUpdate() : query);
  if (submission === undefined) throw new NotFoundError('submission_not_found', { id });
  return submission;
}

/** What a submission becomes. */
export type SubmissionColumns = Readonly<{
  state: SubmissionState;
  reason?: object | null;
  target_entity?: string;
  target_id?: Id;
  confirm_hash?: Buffer;
}>;

/** Writes what came of it. */
export async function updateSubmission(knex: Knex, id: Id, values: SubmissionColumns, at: Date): Promise<void> {
  await knex('core.form_submissions')
    .where({ id })
    .update({ ...values, changed_at: at });
}

/** Keeps why none came of it, unless another try made one meanwhile. @returns whether it had not failed before */
export async function failSubmission(knex: Knex, id: Id, reason: object, at: Date): Promise<boolean> {
  const submissions = () => knex('core.form_submissions').where({ id });
  const before = await submissions().forUpdate().first<{ state: SubmissionState } | undefined>('state');
  await submissions().whereNot({ state: 'written' }).update({ state: 'failed', reason, changed_at: at });
  return before !== undefined && !['written', 'failed'].includes(before.state);
}

/** Confirms the one that a link belongs to, once, if it was not asked for before `since`. */
export async function confirmSubmission(
  knex: Knex,
  confirmHash: Buffer,
  { since, at }: { readonly since: Date; readonly at: Date },
): Promise<Pick<Submission, 'id' | 'formId'> | undefined> {
  const [confirmed] = await knex('core.form_submissions')
    .where({ confirm_hash: confirmHash, state: 'unconfirmed' })
    .where('changed_at', '>=', since)
    .update({ state: 'received', confirm_hash: null, changed_at: at })
    .returning<{ id: Id; form_id: Id }[]>(['id', 'form_id']);
  return confirmed === undefined ? undefined : { id: confirmed.id, formId: confirmed.form_id };
}

/** Those that waited for longer than they should: the process that took them died. Those of a removed form wait until it is back. */
export async function findLeft(knex: Knex, before: Date): Promise<readonly Pick<Submission, 'id' | 'formId'>[]> {
  return knex('core.form_submissions as s')
    .join('core.forms as f', 'f.id', 's.form_id')
    .where('s.state', 'received')
    .where('s.created_at', '<', before)
    .whereNull('f.deleted_at')
    .orderBy('s.created_at')
    .limit(100)
    .select<Pick<Submission, 'id' | 'formId'>[]>({ id: 's.id', formId: 's.form_id' });
}

const keepDays = { unconfirmed: 7, spam: 30 } as const;
const dayMs = 86_400_000;

/** Forgets what nobody confirmed in a week, spam after 30 days, and removed forms after 30 days. */
export async function purgeForms(knex: Knex, now: Date): Promise<void> {
  const before = (days: number): Date => new Date(now.getTime() - days * dayMs);
  for (const [state, days] of Object.entries(keepDays))
    await knex('core.form_submissions').where({ state }).where('changed_at', '<', before(days)).delete();
  await knex('core.forms').where('deleted_at', '<', before(30)).delete();
}

const columns = {
  id: 'id',
  number: 'number',
  formId: 'form_id',
  state: 'state',
  answers: 'answers',
  source: 'source',
  reason: 'reason',
  targetEntity: 'target_entity',
  targetId: 'target_id',
  createdAt: 'created_at',
};
