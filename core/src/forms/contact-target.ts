import { Activity, Contact, type FormSubmission, type FormTarget, type TransactionContext } from '@trellis-crm/sdk';

/**
 * A form becomes a contact. Somebody with the same e-mail address is not made twice: the contact there is gets what it lacked,
 * and keeps what it has, for anybody can type anybody's address. What was written stands on its timeline.
 */
export const contactTarget: FormTarget = {
  id: 'core.contact',
  label: 'forms.target.contact',
  fields: [
    { name: 'name', label: 'contact.fields.name', kind: 'text', isRequired: true },
    { name: 'email', label: 'forms.field.email', kind: 'email' },
    { name: 'phone', label: 'forms.field.phone', kind: 'phone' },
    { name: 'jobTitle', label: 'contact.fields.jobTitle', kind: 'text' },
    { name: 'description', label: 'contact.fields.description', kind: 'longText' },
  ],
  rights: ['core.contact:read', 'core.contact:create', 'core.contact:update', 'core.activity:create'],
  async write(tx, submission) {
    const known = await knownContact(tx, text(submission, 'email'));
    const id = known === null ? await createContact(tx, submission) : await completeContact(tx, known, submission);
    await noteOn(tx, id, submission);
    return { entity: Contact.id, id };
  },
};

type KnownContact = Awaited<ReturnType<typeof knownContact>>;

async function knownContact(tx: TransactionContext, email: string) {
  if (email === '') return null;
  return tx.query(Contact).where({ 'emails.email': email.toLowerCase() }).sort('id').limit(1).first();
}

async function createContact(tx: TransactionContext, submission: FormSubmission): Promise<string> {
  const [email, phone] = [text(submission, 'email'), text(submission, 'phone')];
  const { id } = await tx.records(Contact).create({
    name: text(submission, 'name'),
    jobTitle: text(submission, 'jobTitle') || null,
    description: description(submission) || null,
    emails: email === '' ? [] : [{ email, isPrimary: true }],
    phones: phone === '' ? [] : [{ phone, isPrimary: true }],
    owner: submission.owner,
  });
  return id;
}

async function completeContact(
  tx: TransactionContext,
  contact: NonNullable<KnownContact>,
  submission: FormSubmission,
): Promise<string> {
  const phone = text(submission, 'phone');
  await tx.records(Contact).update(contact.id, {
    ...(contact.jobTitle === null && { jobTitle: text(submission, 'jobTitle') || null }),
    ...(contact.description === null && { description: description(submission) || null }),
    ...(contact.phones.length === 0 && phone !== '' && { phones: [{ phone, isPrimary: true }] }),
    ...(contact.owner === null && { owner: submission.owner }),
  });
  return contact.id;
}

/** All that was sent, as a note of whoever owns the contact. */
async function noteOn(tx: TransactionContext, contact: string, submission: FormSubmission): Promise<void> {
  const { owner } = await tx.records(Contact).get(contact);
  const { formName, source } = submission;
  const person = ['name', 'jobTitle', 'email', 'phone'].map((name) => text(submission, name)).filter(Boolean);
  const from = [source.referrer || source.origin, ...Object.values(source.utm)].filter(Boolean);
  const body = [person.join(' · '), description(submission), from.join(' · ')].filter(Boolean).join('\n\n');
  const links = [{ entity: Contact.id, id: contact }];
  await tx.records(Activity).create({ kind: 'note', subject: formName, body, links, owner });
}

/** What was written, and the answers to questions of the form's own, each on a line. */
function description(submission: FormSubmission): string {
  const answers = submission.questions.map(({ label, answer }) => `${label}: ${answer}`);
  return [text(submission, 'description'), ...answers].filter((line) => line !== '').join('\n');
}

function text({ values }: FormSubmission, name: string): string {
  const value = values[name];
  return typeof value === 'string' ? value.trim() : '';
}
