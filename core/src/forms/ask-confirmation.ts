import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { hashSecret, newSecret } from '../auth/secret.js';
import { Mailer } from '../mail/index.js';
import type { Workspace } from '../workspace/workspace.js';
import type { Answers, Form } from './form.js';
import { updateSubmission } from './submission-store.js';

/** What is to be confirmed, and by whom. */
export interface Asking {
  readonly form: Form;
  readonly submission: Id;
  readonly address: string;
  /** Language of whoever filled it in; the workspace's when left out. */
  readonly locale?: string;
}

/** Has a submission wait for the link of a mail, in the transaction that stores both. */
export type AskConfirmation = (trx: Knex, asking: Asking) => Promise<void>;

/** Wires it. */
export function confirmationBy(workspace: Workspace): AskConfirmation {
  return async (trx, { form, submission, address, locale }) => {
    const token = newSecret();
    const values = { state: 'unconfirmed', confirm_hash: hashSecret(token) } as const;
    await updateSubmission(trx, submission, values, workspace.clock.now());
    const { publicUrl } = workspace.info();
    await workspace.container.resolve(Mailer).queue(trx, workspace.generation(), [
      {
        ...{ module: 'core', actor: 'plugin:core', kind: 'form-confirmation', isSecret: true },
        to: { email: address, ...(locale !== undefined && { locale }) },
        write: ({ t }) => ({
          subject: t('forms.mail.subject', { form: form.name }),
          paragraphs: [t('forms.mail.text', { form: form.name }), t('forms.mail.ignore')],
          action: { label: t('forms.mail.action'), href: `${publicUrl}/f/confirmation/${token}` },
        }),
      },
    ]);
  };
}

/** The address that a form asks for and has to confirm; empty when it asks for none. */
export function addressIn({ content: { fields } }: Form, answers: Answers): string {
  const asked = fields.find(({ kind, isHidden, isRequired }) => kind === 'email' && !isHidden && isRequired);
  return asked === undefined ? '' : String(answers[asked.key] ?? '');
}
