import { ConflictError, isTrellisError, NotFoundError, type FormSubmission, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { BaseLogger } from 'pino';
import { classifyDatabaseError } from '../database/database-errors.js';
import type { CallRunner } from '../kernel/index.js';
import type { Workspace } from '../workspace/workspace.js';
import type { Form, Submission } from './form.js';
import { formIdentity } from './form-identity.js';
import { getForm, takeSender } from './form-store.js';
import { findTarget, type OwnedTarget } from './form-targets.js';
import { answerText, type BoxWords } from './read-answers.js';
import { chooseOwner } from './routing.js';
import { tellOfFailed, tellOfFilled } from './tell-of-submission.js';
import { failSubmission, getSubmission, updateSubmission } from './submission-store.js';

/** What turning submissions into records needs. */
export interface ProcessParts {
  readonly workspace: Workspace;
  readonly calls: CallRunner;
  readonly log: BaseLogger;
}

const timeoutMs = 10_000;

/**
 * Turns a submission into a record of its form's target, in one transaction with its state. What refuses it is kept with it,
 * and the submission for another try.
 * @throws NotFoundError; ConflictError `submission_not_open` when it has become one, or nobody confirmed it; what the database throws when it is lost
 */
export async function processSubmission(parts: ProcessParts, key: Pick<Submission, 'formId' | 'id'>): Promise<void> {
  const { knex } = parts.workspace.database;
  const form = await getForm(knex, key.formId);
  const target = findTarget(parts.workspace.generation(), form.target);
  try {
    if (target === undefined) throw new NotFoundError('form_target_missing', { target: form.target });
    await write(parts, { form, target, id: key.id });
  } catch (error) {
    if (isTrellisError(error) && error.code === 'submission_not_open') throw error;
    if (isOutage(error)) throw error;
    await fail(parts, form, { id: key.id, error });
  }
}

interface Writing {
  readonly form: Form;
  readonly target: OwnedTarget;
  readonly id: Id;
}

function write({ workspace, calls }: ProcessParts, { form, target, id }: Writing): Promise<void> {
  const identity = formIdentity(form, target.rights, workspace.info());
  const { module } = target;
  const generation = workspace.generation();
  return calls.run({ module, what: `form target ${target.id}`, timeoutMs }, (signal) =>
    workspace.transaction({ generation, module, identity, signal }, async (tx, unit) => {
      const { trx } = unit;
      const submission = await openSubmission(trx, form, id);
      await takeSender(trx, form, submission.answers);
      const words = boxWords(workspace);
      const owner = await chooseOwner(trx, form, submission.answers, words);
      const result = await target.write(tx, { ...toTarget(form, submission, words), owner });
      const values = { target_entity: result.entity, target_id: result.id };
      await updateSubmission(trx, id, { ...values, state: 'written', reason: null }, workspace.clock.now());
      await tellOfFilled({ unit, generation, identity, form }, result);
    }),
  );
}

async function openSubmission(trx: Knex.Transaction, form: Form, id: Id): Promise<Submission> {
  const submission = await getSubmission(trx, { formId: form.id, id }, { lock: true });
  const open = form.content.needsConfirmation ? ['received', 'failed'] : ['received', 'failed', 'spam'];
  const isOpen = open.includes(submission.state);
  if (!isOpen) throw new ConflictError('submission_not_open', { state: submission.state });
  return submission;
}

/** What becomes of a form is read by the workspace, whoever filled it in. */
function boxWords(workspace: Workspace): BoxWords {
  const { views } = workspace.generation();
  const say = (key: string): string => views.translate(workspace.info(), 'core', key);
  return { yes: say('ui.yes'), no: say('ui.no') };
}

/** Only what the form asks for reaches the target, under the names the form gives it. */
function toTarget(
  { id: formId, name: formName, content: { fields } }: Form,
  { id: submissionId, answers, source }: Submission,
  words: BoxWords,
): Omit<FormSubmission, 'owner'> {
  const values = fields.flatMap(({ key, target }) => {
    const answer = answers[key];
    return target === null || answer === undefined ? [] : [[target, answer] as const];
  });
  const questions = fields.flatMap(({ key, label, target }) => {
    const answer = answerText(answers[key], words);
    return target !== null || answer === '' ? [] : [{ label, answer }];
  });
  return { submissionId, formId, formName, source, values: Object.fromEntries(values), questions };
}

interface Failure {
  readonly id: Id;
  readonly error: unknown;
}

async function fail({ workspace, log }: ProcessParts, form: Form, { id, error }: Failure): Promise<void> {
  const known = isTrellisError(error);
  if (!known) log.error({ err: error, submission: id }, 'a form submission could not be turned into a record');
  const reason = known
    ? {
        code: error.errors[0]?.code ?? error.code,
        message: [error.message, ...error.errors.map((one) => `${one.pointer} ${one.message}`)].join('; '),
      }
    : { code: 'internal', message: 'An error of ours; see the log' };
  const generation = workspace.generation();
  const identity = formIdentity(form, [], workspace.info());
  const { signal } = new AbortController();
  await workspace.transaction({ generation, module: 'core', identity, signal }, async (_tx, unit) => {
    const isNew = await failSubmission(unit.trx, id, reason, workspace.clock.now());
    if (isNew) await tellOfFailed({ unit, generation, identity, form });
  });
}

/** Faults that say nothing about what was sent. */
const passing = ['connection_lost', 'pool_timeout', 'lock_timeout', 'retryable'];

function isOutage(error: unknown): boolean {
  return !isTrellisError(error) && passing.includes(classifyDatabaseError(error)?.fault ?? '');
}
