import { titleOf, type RecordValues } from '../fields/entity-field.js';

import type { EntityCall } from '../page-call.js';
import { showPart, type PageAnswer } from '../page-endpoint.js';

/** `GET /<path>/options?q=`: records whose name contains what was typed, those that begin with it first. */
export async function showLookupOptions(call: EntityCall): Promise<PageAnswer> {
  const { ctx, request, entity, render } = call;
  const { definition } = entity;
  const typed = (request.url.searchParams.get('q') ?? '').trim().slice(0, 100);
  const query = ctx.query(definition).sort(definition.title).limit(shown);
  const found = typed === '' ? await query : await query.where({ [definition.title]: { contains: typed } });
  const records = [...(found as readonly RecordValues[])].sort((left, right) => rank(left) - rank(right));
  const options = records.map((record) => ({ value: record['id'], label: titleOf(entity, record) }));
  return showPart(render('ui-lookup-options', { options }));

  function rank(record: RecordValues): number {
    return titleOf(entity, record).toLowerCase().startsWith(typed.toLowerCase()) ? 0 : 1;
  }
}

const shown = 12;
