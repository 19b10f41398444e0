import type { CompiledEntity } from '../../records/compiled-entity.js';
import type { RecordValues } from '../fields/entity-field.js';
import { titleOf } from '../form/form-page.js';
import type { PageCall } from '../page-call.js';
import { showPart, type PageAnswer } from '../page-endpoint.js';

/** `GET /<path>/options?q=`: records whose name contains what was typed, those that begin with it first. */
export async function showLookupOptions(call: PageCall, entity: CompiledEntity): Promise<PageAnswer> {
  const { ctx, request, env } = call;
  const { definition } = entity;
  const typed = (request.url.searchParams.get('q') ?? '').trim().slice(0, 100);
  const query = ctx.query(definition).sort(definition.title as 'id').limit(shown);
  const found = typed === '' ? await query : await query.where({ [definition.title]: { contains: typed } } as object);
  const records = [...(found as readonly RecordValues[])].sort((left, right) => rank(left) - rank(right));
  const options = records.map((record) => ({ value: record['id'], label: titleOf(entity, record) }));
  return showPart(request.generation.views.render('ui-lookup-options', { options }, env));

  function rank(record: RecordValues): number {
    return titleOf(entity, record).toLowerCase().startsWith(typed.toLowerCase()) ? 0 : 1;
  }
}

const shown = 12;
