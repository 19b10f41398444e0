import type { SlotDefinition } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { SafeHtml } from '../../views/safe-html.js';
import { readRecord, titleOf } from '../form/form-page.js';
import type { PageCall } from '../page-call.js';
import { showPage, showPart, type PageAnswer } from '../page-endpoint.js';
import { loadedPanel, loadedPanels } from './panel-slot.js';

/** `GET /<path>/:id/panels`: all panels about a record on a page of their own, for readers without scripts. */
export async function showPanels(call: PageCall, entity: CompiledEntity, slot: SlotDefinition): Promise<PageAnswer> {
  const record = await readRecord(call, entity);
  const id = String(record['id']);
  const title = titleOf(entity, record);
  const blocks = await loadedPanels(call, slot.id, { id });
  return showPage({ title, breadcrumbs: [{ label: call.labels.many(entity.definition), href: `/${entity.path}` }, { label: title, href: `/${entity.path}/${id}` }, { label: call.t('record.panels') }], blocks });
}

/** `GET /<path>/:id/panels/:module/:panel`: one panel, in the place of its skeleton. */
export async function showLoadedPanel(call: PageCall, entity: CompiledEntity, slot: SlotDefinition): Promise<PageAnswer> {
  const record = await readRecord(call, entity);
  const html = await loadedPanel(call, slot.id, { id: String(record['id']) });
  return showPart(html ?? SafeHtml.trust(''));
}
