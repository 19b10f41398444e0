import { FormTargets, type PluginHost } from '@trellis-crm/sdk';
import { instanceCachingFactory } from 'tsyringe';
import type { CallRunner } from '../kernel/index.js';
import { Mailer } from '../mail/index.js';
import { SecretBox } from '../secrets/index.js';
import type { Workspace } from '../workspace/workspace.js';
import { confirmationBy } from './ask-confirmation.js';
import { contactTarget } from './contact-target.js';
import { createFloodLimits } from './flood-limits.js';
import { createFormIntake, FormIntake } from './form-intake.js';
import { createForms, Forms } from './form-service.js';
import { processSubmission } from './process-submission.js';
import { createSubmissions, Submissions, type SubmissionKey } from './submission-service.js';
import { purgeForms } from './submission-store.js';

/** Puts {@link Forms}, {@link Submissions} and {@link FormIntake} into the workspace's container. */
export function registerForms(workspace: Workspace, { calls }: { readonly calls: CallRunner }): void {
  const { container, database, clock, log } = workspace;
  const process = (key: SubmissionKey): Promise<void> => processSubmission({ workspace, calls, log }, key);
  // It is stored: whoever sent it has no need to hear that the database is busy.
  const processSoon = (key: SubmissionKey): Promise<void> =>
    process(key).catch((error: unknown) => {
      log.warn({ err: error, submission: key.id }, 'a form submission waits for another try');
    });
  const askConfirmation = confirmationBy(workspace);
  const isMailReady: Mailer['isReady'] = (connection) => container.resolve(Mailer).isReady(connection);
  container.register(Forms, {
    useFactory: instanceCachingFactory(() => createForms({ database, clock, isMailReady })),
  });
  container.register(Submissions, {
    useFactory: instanceCachingFactory(() => createSubmissions({ database, process, askConfirmation, isMailReady })),
  });
  container.register(FormIntake, {
    useFactory: instanceCachingFactory((inner) =>
      createFormIntake({
        ...{ database, clock, process: processSoon, askConfirmation },
        secrets: inner.resolve(SecretBox),
        limits: createFloodLimits(database.knex),
      }),
    ),
  });
}

/** Registers what forms can become in core, and the jobs that go on with what was left and forget what is old. */
export function registerFormParts(host: PluginHost, workspace: () => Workspace): void {
  host.contribute(FormTargets, contactTarget);
  host.job('process-form-submissions', { cron: '*/5 * * * *' }, async () => {
    const { container, clock } = workspace();
    await container.resolve(Submissions).processLeft(new Date(clock.now().getTime() - leftAfterMs));
  });
  host.job('purge-forms', { cron: '25 3 * * *' }, async () => {
    const { database, clock } = workspace();
    await purgeForms(database.work, clock.now());
  });
}

/** Nobody turns a submission into a record for so long. */
const leftAfterMs = 120_000;
