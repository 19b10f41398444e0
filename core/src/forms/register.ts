import { FormTargets, type PluginHost } from '@trellis-crm/sdk';
import { instanceCachingFactory } from 'tsyringe';
import { moduleIdentity, type CallRunner } from '../kernel/index.js';
import { SecretBox } from '../secrets/index.js';
import type { Workspace } from '../workspace/workspace.js';
import { contactTarget } from './contact-target.js';
import { createFloodLimits } from './flood-limits.js';
import type { Form } from './form.js';
import { createFormIntake, FormIntake } from './form-intake.js';
import { createForms, Forms } from './form-service.js';
import { processSubmission } from './process-submission.js';
import { createSubmissions, Submissions, type SubmissionKey } from './submission-service.js';
import { purgeForms } from './submission-store.js';

/** Puts {@link Forms}, {@link Submissions} and {@link FormIntake} into the workspace's container. */
export function registerForms(workspace: Workspace, { calls }: { readonly calls: CallRunner }): void {
  const { container, database, clock, log } = workspace;
  const { knex } = database;
  const process = (key: SubmissionKey): Promise<void> => processSubmission({ workspace, calls, log }, key);
  container.register(Forms, { useFactory: instanceCachingFactory(() => createForms({ database, clock })) });
  container.register(Submissions, { useFactory: instanceCachingFactory(() => createSubmissions(knex, process)) });
  container.register(FormIntake, {
    useFactory: instanceCachingFactory((inner) =>
      createFormIntake({
        ...{ knex, clock, process },
        secrets: inner.resolve(SecretBox),
        limits: createFloodLimits(knex),
        askConfirmation: (form, address, token) => askConfirmation(workspace, { form, address, token }),
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

interface Asking {
  readonly form: Form;
  readonly address: string;
  readonly token: string;
}

async function askConfirmation(workspace: Workspace, { form, address, token }: Asking): Promise<void> {
  const generation = workspace.generation();
  const [core] = generation.modules;
  if (core === undefined) return;
  const { publicUrl } = workspace.info();
  const identity = moduleIdentity(core, workspace.info());
  const { signal } = new AbortController();
  await workspace.context({ generation, module: 'core', identity, signal }).mail.send({
    to: { email: address },
    kind: 'form-confirmation',
    write: ({ t }) => ({
      subject: t('forms.mail.subject', { form: form.name }),
      paragraphs: [t('forms.mail.text', { form: form.name }), t('forms.mail.ignore')],
      action: { label: t('forms.mail.action'), href: `${publicUrl}/f/confirmation/${token}` },
    }),
  });
}
