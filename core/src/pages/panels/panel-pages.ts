import type { SlotDefinition } from '@trellis-crm/sdk';
import { SafeHtml } from '../../views/safe-html.js';
import { readRecord } from '../form/record-form.js';
import type { EntityCall } from '../page-call.js';
import { showPage, showPart, type PageAnswer } from '../page-endpoint.js';
import { loadedPanel, loadedPanels } from './panel-slot.js';
import { asText, titleOf } from '../fields/entity-field.js';

/** `GET /<path>/:id/panels`: all panels about a record on a page of their own, for readers without scripts. */
export async function showPanels(call: EntityCall, slot: SlotDefinition): Promise<PageAnswer> {
  const { entity } = call;
  const record = await readRecord(call);
  const id = asText(record['id']);
  const title = titleOf(entity, record);
  const blocks = await loadedPanels(call, slot.id, { id });
  return showPage({
    title,
    breadcrumbs: [
      { label: call.labels.many(entity.definition), href: `/${entity.path}` },
      { label: title, href: `/${entity.path}/${id}` },
      { label: call.t('record.panels') },
    ],
    blocks,
  });
}

/** `GET /<path>/:id/panels/:module/:panel`: one panel, in the place of its skeleton. */
export async function showLoadedPanel(call: EntityCall, slot: SlotDefinition): Promise<PageAnswer> {
  const record = await readRecord(call);
  const html = await loadedPanel(call, slot.id, { id: asText(record['id']) });
  return showPart(html ?? SafeHtml.trust(''));
}
