import type { Clock, Id } from '@trellis-crm/sdk';
import type { InjectionToken } from 'tsyringe';
import { auditOf, differences } from '../auth/access-audit.js';
import type { Identity } from '../auth/identity.js';
import type { Database } from '../database/database.js';
import { uuidV7 } from '../database/uuid-v7.js';
import type { Generation } from '../kernel/generation.js';
import type { Mailer } from '../mail/index.js';
import { asBrowsersSay, checkForm, mailsVisitors, refuseMissingMail } from './check-form.js';
import type { Form, FormContent, FormDraft, FormPatch } from './form.js';
import { getForm, insertForm, listForms, restoreForm, updateForm } from './form-store.js';
import { findTarget } from './form-targets.js';
import { refuseStale, type AskedVersion } from '../kernel/asked-version.js';

/** Who changes a form, and what forms can become. */
export interface FormChange {
  readonly by: Identity;
  readonly generation: Generation;
}

/** The web forms of the workspace, for those who administer them. */
export interface Forms {
  list(): Promise<readonly Form[]>;
  /** @throws NotFoundError `form_not_found` */
  get(id: Id): Promise<Form>;
  /** @throws ValidationError, ConflictError `slug_taken` */
  create(draft: FormDraft, change: FormChange): Promise<Form>;
  /** @throws NotFoundError, StaleError, ValidationError, ConflictError `slug_taken` */
  update(id: Id, patch: FormPatch, change: FormChange & { readonly version: AskedVersion }): Promise<Form>;
  /** Removes it; it can be taken back for 30 days. @throws NotFoundError */
  remove(id: Id, by: Identity): Promise<void>;
  /** @throws NotFoundError, ConflictError `slug_taken` */
  restore(id: Id, by: Identity): Promise<Form>;
}

/** The workspace's web forms. */
export const Forms: InjectionToken<Forms> = Symbol('Forms');

/** What the service needs. */
export interface FormParts {
  readonly database: Pick<Database, 'knex' | 'tx'>;
  readonly clock: Clock;
  readonly isMailReady: Mailer['isReady'];
}

/** Creates the service. */
export function createForms(parts: FormParts): Forms {
  const { database, clock } = parts;
  return {
    list: () => listForms(database.knex),
    get: (id) => getForm(database.knex, id),
    create: (draft, change) => create(parts, draft, change),
    update: (id, patch, change) => update(parts, id, patch, change),
    remove: (id, by) =>
      database.tx(async (trx) => {
        await getForm(trx, id, { lock: true });
        await updateForm(trx, id, { deleted_at: clock.now() }, clock.now());
        await audit(trx, { recordId: id, verb: 'trashed', by, at: clock.now() });
      }),
    restore: (id, by) =>
      database.tx(async (trx) => {
        const form = await restoreForm(trx, id, clock.now());
        await audit(trx, { recordId: id, verb: 'restored', by, at: clock.now() });
        return form;
      }),
  };
}

async function create(
  { database, clock, isMailReady }: FormParts,
  draft: FormDraft,
  change: FormChange,
): Promise<Form> {
  const { name, slug, target, state = 'draft', ...given } = draft;
  const known = findTarget(change.generation, target);
  const { generation, by } = change;
  const labelOf = (label: string): string => generation.views.translate(by, known?.module ?? 'core', label);
  const fields = (known?.fields ?? []).map(({ name: field, label, kind, isRequired = false }) => ({
    ...{ key: field.toLowerCase(), label: labelOf(label), kind, target: field, isRequired },
    ...{ help: '', options: [], isHidden: false, value: '' },
  }));
  const content = withOrigins({ ...emptyContent, fields, ...given });
  checkForm({ target, state, content }, known);
  return database.tx(async (trx) => {
    if (mailsVisitors({ state, content }) && !(await isMailReady(trx))) refuseMissingMail();
    const at = clock.now();
    const form = await insertForm(trx, { id: uuidV7(), name, slug, target, state, content, by: change.by.userId, at });
    await audit(trx, {
      recordId: form.id,
      verb: 'created',
      changes: differences<unknown>({}, auditable(form)),
      by: change.by,
      at,
    });
    return form;
  });
}

const emptyContent: FormContent = {
  fields: [],
  intro: '',
  submitLabel: '',
  thanks: '',
  redirectUrl: null,
  origins: [],
  needsConfirmation: false,
  routing: { kind: 'nobody' },
};

function update(
  { database, clock, isMailReady }: FormParts,
  id: Id,
  patch: FormPatch,
  { by, generation, version }: FormChange & { readonly version: AskedVersion },
): Promise<Form> {
  return database.tx(async (trx) => {
    const before = await getForm(trx, id, { lock: true });
    refuseStale(version, before.version);
    const { name = before.name, slug = before.slug, target = before.target, state = before.state, ...given } = patch;
    const content = withOrigins({ ...before.content, ...given });
    checkForm({ target, state, content }, findTarget(generation, target));
    const begins = mailsVisitors({ state, content }) && !mailsVisitors(before);
    if (begins && !(await isMailReady(trx))) refuseMissingMail();
    const at = clock.now();
    await updateForm(trx, id, { name, slug, target, state, content }, at);
    const after = await getForm(trx, id);
    await audit(trx, {
      recordId: id,
      verb: 'updated',
      changes: differences<unknown>(auditable(before), auditable(after)),
      by,
      at,
    });
    return after;
  });
}

function withOrigins(content: FormContent): FormContent {
  return { ...content, origins: [...new Set(content.origins.map(asBrowsersSay))] };
}

function auditable({ name, slug, target, state, content }: Form): Readonly<Record<string, unknown>> {
  return { name, slug, target, state, ...content };
}

const audit = auditOf('core.form');
