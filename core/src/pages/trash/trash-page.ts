import type { CompiledEntity } from '../../records/compiled-entity.js';
import type { RecordValues } from '../fields/entity-field.js';
import { titleOf } from '../form/form-page.js';
import type { PageCall } from '../page-call.js';
import { showPage, type PageAnswer } from '../page-endpoint.js';
import { readTrash } from './trash-reader.js';

/** `GET /<path>/trash`: what went there last, each with the way back. */
export async function showTrash(call: PageCall, entity: CompiledEntity): Promise<PageAnswer> {
  const { env, labels, request, t } = call;
  const records = await readTrash(call, entity);
  const items = records.map((record) => itemView(call, entity, record));
  const words = { entities: labels.many(entity.definition) };
  const html = request.generation.views.render('core:records/trash', { title: t('trash.titleOf', words), text: t('trash.hint'), items, emptyText: t('trash.empty', { entities: labels.manyInText(entity.definition) }) }, env);
  const breadcrumbs = [{ label: labels.many(entity.definition), href: `/${entity.path}` }, { label: t('trash.title') }];
  return showPage({ title: t('trash.titleOf', words), breadcrumbs, blocks: [{ name: 'trash', html }] });
}

function itemView({ env, request, t }: PageCall, entity: CompiledEntity, record: RecordValues): object {
  const when = request.generation.views.formatters.timeAgo(env, record['deletedAt']);
  return {
    title: titleOf(entity, record),
    note: t('trash.when', { when }),
    action: `/${entity.path}/${String(record['id'])}/restoration`,
  };
}
