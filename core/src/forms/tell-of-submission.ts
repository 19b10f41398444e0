import type { FormResult, Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Identity } from '../auth/identity.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { Generation } from '../kernel/generation.js';
import { giveNotice } from '../notifications/index.js';
import { quoted } from '../records/names.js';
import type { Form } from './form.js';

/** Who tells, of which form. */
export interface FormTelling {
  readonly unit: UnitOfWork;
  readonly generation: Generation;
  /** The form as an actor. */
  readonly identity: Identity;
  readonly form: Form;
}

const keepers = { holding: 'core.form:administer' } as const;

/** Tells the owner of what came of a submission, or those who administer forms when it is nobody's: these hear of a form's in one line. */
export async function tellOfFilled(telling: FormTelling, { entity, id }: FormResult): Promise<void> {
  const { generation, form, unit } = telling;
  const owner = await ownerOf(unit.trx, generation, { entity, id });
  const record = { entity, id };
  const notice = { values: { form: form.name }, record };
  await give(
    telling,
    'core.form-filled',
    owner === null ? { to: keepers, notice: { ...notice, key: form.id } } : { to: owner, notice },
  );
}

/** Tells those who administer forms that nothing came of a submission. */
export function tellOfFailed(telling: FormTelling): Promise<void> {
  const { id, name } = telling.form;
  const notice = { values: { form: name }, key: id, href: `/settings/forms/${id}/submissions?state=failed` };
  return give(telling, 'core.form-failed', { to: keepers, notice });
}

type Given = Omit<Parameters<typeof giveNotice>[2], 'kind'>;

function give({ unit, generation, identity }: FormTelling, kind: string, given: Given): Promise<void> {
  return giveNotice(unit, { generation, module: 'core', identity }, { ...given, kind });
}

async function ownerOf(trx: Knex, { entities }: Generation, { entity, id }: FormResult): Promise<Id | null> {
  const compiled = entities.get(entity);
  if (compiled?.definition.owned !== true) return null;
  const table = quoted(compiled.schemaName, compiled.tableName);
  const { rows } = await trx.raw<{ rows: { owner: Id | null }[] }>(
    `select owner_id as owner from ${table} where id = ?`,
    [id],
  );
  return rows[0]?.owner ?? null;
}
