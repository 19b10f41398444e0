import { isTrellisError, type Id } from '@trellis-crm/sdk';
import type { PageBlock } from '../../views/page-model.js';
import type { SafeHtml } from '../../views/safe-html.js';
import { hasTags, longestTag, tagsPath, type Tag } from '../../records/tags/tag.js';
import { allTags, readTags } from '../../records/tags/tag-store.js';
import { callApi } from '../api-client.js';
import { addressOf, asText } from '../fields/entity-field.js';
import { textOf } from '../fields/form-reader.js';
import { refusalText } from '../form/problem-text.js';
import { formOf } from '../form/plain-form.js';
import { readRecord } from '../form/record-form.js';
import { filterName } from '../list/filter-nodes.js';
import type { EntityCall } from '../page-call.js';
import { goTo, showPart, type PageAnswer } from '../page-endpoint.js';

/** The tags of the record whose page this is, below its name; none for what cannot be tagged, or is not and will not be. */
export async function tagsBlock(call: EntityCall, id: Id): Promise<readonly PageBlock[]> {
  if (!hasTags(call.entity)) return [];
  const { workspace, entity } = call;
  const found = await readTags(workspace.database.knex, entity.definition.id, [id]);
  const tags = found.get(id) ?? [];
  if (tags.length === 0 && !mayTag(call)) return [];
  return [{ name: 'tags', column: 'header', html: renderTags(call, tags) }];
}

/** `GET /<path>/:id/tags`: for htmx the words there are, to choose from; else the record's page. */
export async function showTags(call: EntityCall): Promise<PageAnswer> {
  const record = await readRecord(call);
  if (!call.request.isPartial) return goTo(addressOf(call.entity, record));
  const options = (await allTags(call.workspace.database.knex)).map(({ name }) => ({ name }));
  return showPart(call.render('core:tags/_options', { options }));
}

/** `POST /<path>/:id/tags`: the record gets a tag, or several with commas between them. */
export function takeTags(call: EntityCall): Promise<PageAnswer> {
  const tags = textOf(formOf(call), 'tag')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return changed(call, async (path) => {
    if (tags.length > 0) await callApi(call, 'POST', path, { body: { tags } });
  });
}

/** `POST /<path>/:id/tags/removal`: the record has a tag no longer. */
export function takeTagRemoval(call: EntityCall): Promise<PageAnswer> {
  const tag = textOf(formOf(call), 'tag');
  return changed(call, async (path) => {
    await callApi(call, 'DELETE', `${path}/${encodeURIComponent(tag)}`);
  });
}

/** The tags as they are now, with why they are still so. */
async function changed(call: EntityCall, change: (path: string) => Promise<void>): Promise<PageAnswer> {
  const { entity, request, workspace } = call;
  const record = await readRecord(call);
  const id = asText(record['id']);
  const problem = await refusalOf(call, () => change(`/${entity.path}/${id}/tags`));
  if (!request.isPartial)
    return goTo(addressOf(entity, record), problem === null ? undefined : { text: problem, tone: 'bad' });
  const found = await readTags(workspace.database.knex, entity.definition.id, [id]);
  return showPart(renderTags(call, found.get(id) ?? [], problem ?? ''));
}

/** What a person can mend is told beside the words. */
async function refusalOf(call: EntityCall, change: () => Promise<void>): Promise<string | null> {
  try {
    await change();
    return null;
  } catch (error) {
    if (!isTrellisError(error) || !(error.kind === 'validation' || error.kind === 'conflict')) throw error;
    return refusalText(call, error);
  }
}

function renderTags(call: EntityCall, tags: readonly Tag[], problem = ''): SafeHtml {
  const { entity, request, t } = call;
  const action = `/${entity.path}/${request.params['id'] ?? ''}/tags`;
  const may = mayTag(call);
  return call.render('core:tags/_record', {
    action,
    removal: `${action}/removal`,
    mayTag: may,
    longest: longestTag,
    problem,
    tags: tags.map(({ id, name, tone }) => ({
      id,
      name,
      tone,
      href: `/${entity.path}?${new URLSearchParams([[filterName(tagsPath), name]]).toString()}`,
      removeLabel: t('tags.remove', { name }),
    })),
  });
}

function mayTag({ entity, request }: EntityCall): boolean {
  return request.identity.reach(`${entity.definition.id}:update`) !== null;
}
