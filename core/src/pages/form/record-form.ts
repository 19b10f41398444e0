import type { CompiledEntity } from '../../records/compiled-entity.js';
import { extensionFields, formFields, type EntityField, type RecordValues } from '../fields/entity-field.js';
import { textOf, type FormData, type FormReading } from '../fields/form-reader.js';
import type { EntityCall, PageCall } from '../page-call.js';

/** Fields a form may carry: own and plugins', without those nobody may write. */
export function writableFields(entity: CompiledEntity): EntityField[] {
  const fields = [...formFields(entity), ...extensionFields(entity).flatMap((extension) => extension.fields)];
  return fields.filter(({ field }) => field.readOnly !== true);
}

/**
 * Of these fields those the form had when it was opened, as its `_fields` says: what a plugin brought since, or a right given
 * since, was not there to be emptied. A form that does not say had all.
 */
export function fieldsOfForm(fields: readonly EntityField[], form: FormData): readonly EntityField[] {
  const names = textOf(form, '_fields').split(' ');
  return form['_fields'] === undefined ? fields : fields.filter(({ path }) => names.includes(path));
}

/** The record a page is about. @throws NotFoundError */
export function readRecord({ ctx, request, entity }: EntityCall): Promise<RecordValues> {
  return ctx.records(entity.definition).get(request.params['id'] ?? '');
}

/** Writes the fields of a form; a version that the form carried must still be the record's. @throws StaleError */
export function saveRecord({ ctx, request, entity }: EntityCall, values: RecordValues): Promise<RecordValues> {
  const { ifVersion, params } = request;
  const condition = typeof ifVersion === 'number' ? { version: ifVersion } : {};
  return ctx.records(entity.definition).update(params['id'] ?? '', values, condition);
}

/** Whether somebody else saved since the form was opened: that is told first. */
export function isOutdated({ request: { ifVersion } }: EntityCall, record: RecordValues): boolean {
  return typeof ifVersion === 'number' && ifVersion !== record['version'];
}

/** How texts of a form are understood. */
export function reading({ env }: PageCall): FormReading {
  return { timeZone: env.timeZone, locale: env.locale, currency: env.currency };
}
