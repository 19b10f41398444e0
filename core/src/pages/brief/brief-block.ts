import type { Id } from '@trellis-crm/sdk';
import type { PageBlock } from '../../views/page-model.js';
import type { SafeHtml } from '../../views/safe-html.js';
import type { PageCall } from '../page-call.js';
import { readBriefs, type ReadLine } from './read-brief.js';

/** The brief of a record as a block above everything else of its page; none where no module has anything to say. */
export async function briefBlock(call: PageCall, entity: string, id: Id): Promise<PageBlock[]> {
  const html = await renderBrief(call, entity, id);
  return html === null ? [] : [{ name: 'brief', column: 'header', html }];
}

/** The strip itself; null when there is nothing to say. */
export async function renderBrief(call: PageCall, entity: string, id: Id): Promise<SafeHtml | null> {
  const lines = (await readBriefs(call, entity, [id])).get(id) ?? [];
  if (lines.length === 0) return null;
  return call.render('ui-brief', { label: call.t('brief.title'), items: lines.map(itemView) });
}

function itemView({ label, fact }: ReadLine): object {
  return fact === null ? { label, isMissing: true } : { label, ...fact };
}
