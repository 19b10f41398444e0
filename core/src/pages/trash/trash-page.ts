import { addressOf, titleOf, type RecordValues } from '../fields/entity-field.js';

import type { EntityCall } from '../page-call.js';
import { showPage, type PageAnswer } from '../page-endpoint.js';
import { bulkRights } from '../changes/bulk-bar.js';
import { readTrash, trashFilter } from './trash-reader.js';

/** `GET /<path>/trash`: what went there last, each with the way back. */
export async function showTrash(call: EntityCall): Promise<PageAnswer> {
  const { labels, t, entity, render } = call;
  const records = await readTrash(call);
  const items = records.map((record) => itemView(call, record));
  const words = { entities: labels.many(entity.definition) };
  const html = render('core:records/trash', {
    title: t('trash.titleOf', words),
    text: t('trash.hint'),
    items,
    bulk: bulkView(call),
    emptyText: t('trash.empty', { entities: labels.manyInText(entity.definition) }),
  });
  const breadcrumbs = [{ label: labels.many(entity.definition), href: `/${entity.path}` }, { label: t('trash.title') }];
  return showPage({ title: t('trash.titleOf', words), breadcrumbs, blocks: [{ name: 'trash', html }] });
}

/** Bringing chosen records back at once, or all that the page's filter means; undefined where nothing is done to many. */
function bulkView(call: EntityCall): object | undefined {
  const { entity, t, labels } = call;
  if (bulkRights(call)?.canDelete !== true) return undefined;
  return {
    action: `/${entity.path}/bulk`,
    list: trashFilter(call).toString(),
    allLabel: t('trash.all', { entities: labels.manyInText(entity.definition) }),
  };
}

function itemView({ env, request, t, entity }: EntityCall, record: RecordValues): object {
  const when = request.generation.views.formatters.timeAgo(env, record['deletedAt']);
  return {
    id: record['id'],
    title: titleOf(entity, record),
    note: t('trash.when', { when }),
    action: `${addressOf(entity, record)}/restoration`,
  };
}
