import { ConflictError, NotFoundError, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Answers, Form, FormContent } from './form.js';

/** Those that were not removed, by name. */
export async function listForms(knex: Knex): Promise<readonly Form[]> {
  return knex('core.forms').whereNull('deleted_at').orderBy('name').orderBy('id').limit(500).select<Form[]>(columns);
}

/** @throws NotFoundError `form_not_found` */
export async function getForm(knex: Knex, id: Id, options: { readonly lock?: boolean } = {}): Promise<Form> {
  const query = knex('core.forms').where({ id }).whereNull('deleted_at').first<Form | undefined>(columns);
  const form = await (options.lock === true ? query.forUpdate() : query);
  if (form === undefined) throw new NotFoundError('form_not_found', { id });
  return form;
}

/** The live form at an address; undefined when there is none. */
export async function findLiveForm(knex: Knex, slug: string): Promise<Form | undefined> {
  return knex('core.forms').where({ slug, state: 'live' }).whereNull('deleted_at').first<Form | undefined>(columns);
}

/** A form to store. */
export interface NewForm extends Pick<Form, 'id' | 'name' | 'slug' | 'target' | 'state'> {
  readonly content: FormContent;
  readonly by: Id | null;
  readonly at: Date;
}

/** @throws ConflictError `slug_taken` */
export async function insertForm(trx: Knex.Transaction, { by, at, content, ...row }: NewForm): Promise<Form> {
  await refuseTakenSlug(trx, row.slug, row.id);
  await trx('core.forms').insert({
    ...row,
    content: JSON.stringify(content),
    created_by: by,
    created_at: at,
    updated_at: at,
  });
  return getForm(trx, row.id);
}

/** Columns of a form that change. */
export type FormColumns = Partial<Pick<Form, 'name' | 'slug' | 'target' | 'state'>> & {
  readonly content?: FormContent;
  readonly deleted_at?: Date | null;
};

/** Writes values and counts the version up. @throws ConflictError `slug_taken` */
export async function updateForm(trx: Knex.Transaction, id: Id, values: FormColumns, at: Date): Promise<void> {
  const { content, ...columnValues } = values;
  if (values.slug !== undefined) await refuseTakenSlug(trx, values.slug, id);
  await trx('core.forms')
    .where({ id })
    .update({
      ...columnValues,
      ...(content && { content: JSON.stringify(content) }),
      version: trx.raw('version + 1'),
      updated_at: at,
    });
}

/** Takes back a removal. @throws NotFoundError, ConflictError `slug_taken` when another form got its address meanwhile */
export async function restoreForm(trx: Knex.Transaction, id: Id, at: Date): Promise<Form> {
  const row = await trx('core.forms').where({ id }).whereNotNull('deleted_at').first<Form | undefined>(columns);
  if (row === undefined) throw new NotFoundError('form_not_found', { id });
  await updateForm(trx, id, { slug: row.slug, deleted_at: null }, at);
  return getForm(trx, id);
}

/**
 * Has submissions of one sender become records one after the other, of whatever forms: whoever sends twice at once is found the second
 * time. Senders are known by their e-mail address; of those without one the form's wait for each other.
 */
export async function takeSender(trx: Knex.Transaction, { id, content }: Form, answers: Answers): Promise<void> {
  const addresses = content.fields.flatMap(({ key, kind }) => (kind === 'email' ? [answers[key] ?? ''] : []));
  const senders = addresses.map((address) => String(address).toLowerCase()).filter((address) => address !== '');
  await trx.raw(
    `select pg_advisory_xact_lock(hashtextextended('trellis.form ' || sender, 0)) from unnest(?::text[]) as sender`,
    [senders.length === 0 ? [id] : [...new Set(senders)].toSorted()],
  );
}

/** Counts a turn of those who take submissions in turns. @returns how many there were before */
export async function takeTurn(trx: Knex.Transaction, id: Id): Promise<number> {
  const rows = await trx('core.forms')
    .where({ id })
    .update({ next_turn: trx.raw('next_turn + 1') })
    .returning<{ next_turn: number }[]>('next_turn');
  return (rows[0]?.next_turn ?? 1) - 1;
}

async function refuseTakenSlug(trx: Knex.Transaction, slug: string, id: Id): Promise<void> {
  const others = trx('core.forms').where({ slug }).whereNull('deleted_at').whereNot({ id });
  if ((await others.first<{ id: Id } | undefined>('id')) !== undefined) throw new ConflictError('slug_taken', { slug });
}

const columns = {
  id: 'id',
  version: 'version',
  name: 'name',
  slug: 'slug',
  target: 'target',
  state: 'state',
  content: 'content',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
};
