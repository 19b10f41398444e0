import { isTrellisError } from '@trellis-crm/sdk';
import { titleOf, type RecordValues } from '../fields/entity-field.js';
import { readRecord } from '../form/record-form.js';
import type { EntityCall } from '../page-call.js';
import { goTo, type PageAnswer } from '../page-endpoint.js';

/** `POST /<path>/:id/trash`: to the trash, with a way back for 8 seconds; a record that others need stays, and the message says so. */
export async function trashRecord(call: EntityCall): Promise<PageAnswer> {
  const { ctx, request, t, entity } = call;
  const id = request.params['id'] ?? '';
  const record = await readRecord(call);
  const name = titleOf(entity, record);
  const version = typeof request.ifVersion === 'number' ? { version: request.ifVersion } : {};
  try {
    await ctx.records(entity.definition).trash(id, version);
  } catch (error) {
    if (!isTrellisError(error) || error.kind !== 'conflict') throw error;
    return goTo(`/${entity.path}/${id}`, { text: t('trash.stillReferenced', { name }), tone: 'bad' });
  }
  return goTo(`/${entity.path}`, { text: t('trash.done', { name }), undoAction: `/${entity.path}/${id}/restoration` });
}

/** `POST /<path>/:id/restoration`: back from the trash, with what went there together with it. */
export async function restoreRecord(call: EntityCall): Promise<PageAnswer> {
  const { entity } = call;
  const id = call.request.params['id'] ?? '';
  const record = (await call.ctx.records(entity.definition).restore(id)) as RecordValues;
  return goTo(`/${entity.path}/${id}`, { text: call.t('trash.restored', { name: titleOf(entity, record) }) });
}
