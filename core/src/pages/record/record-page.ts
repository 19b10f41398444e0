import { isTrellisError, panelsOf, type Field, type Id } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import type { PageBlock } from '../../views/page-model.js';
import type { SafeHtml } from '../../views/safe-html.js';
import { VisitBook } from '../../records/recent/visit-book.js';
import { callApi } from '../api-client.js';
import { patchBlocks } from '../block-patches.js';
import { completenessBlock } from '../completeness/completeness-block.js';
import { briefBlock } from '../brief/brief-block.js';
import { displayField, type DisplaySources, type ValueView } from '../fields/field-display.js';
import { addressOf, asText, titleOf, type RecordValues } from '../fields/entity-field.js';
import { loadNames } from '../fields/record-names.js';
import { readRecord } from '../form/record-form.js';
import { displaySources, isWithout, listFields } from '../list/list-view.js';
import type { EntityCall } from '../page-call.js';
import { goTo, showPage, type PageAnswer } from '../page-endpoint.js';
import { waitingPanels } from '../panels/panel-slot.js';
import { renderFigures } from './figures.js';
import { detailFields, renderDetails } from './details-view.js';
import type { ComposerState } from '../timeline/composer-view.js';
import { tagsBlock } from '../tags/record-tags.js';
import { timelineBlock } from '../timeline/timeline-block.js';
import { recordExtras } from './record-extras.js';
import { relatedLists } from './related-lists.js';

/** `GET /<path>/:id`: everything about one record. */
export async function showRecord(call: EntityCall, { composer, status }: ShownWith = {}): Promise<PageAnswer> {
  const { entity } = call;
  const record = await findRecord(call);
  if (typeof record === 'string') return goTo(record);
  const { definition, path } = entity;
  const id = asText(record['id']);
  const extras = recordExtras[definition.id]?.(call, record) ?? [];
  const [sources, related, added, brief, timeline, belowName] = await Promise.all([
    recordSources(call, record),
    relatedLists(call, id),
    extras,
    briefBlock(call, definition.id, id),
    timelineBlock(call, composer),
    blocksBelowName(call, record),
  ]);
  noteVisit(call, id);
  const panels = waitingPanels(call, panelsOf(definition).id, `/${path}/${id}`);
  const figures = renderFigures(call, record, sources, related);
  const blocks: PageBlock[] = [
    { name: 'header', column: 'header', html: renderHeader(call, record, sources) },
    ...belowName,
    ...brief,
    ...(figures === null ? [] : [{ name: 'figures', column: 'header' as const, html: figures }]),
    { name: 'details', column: 'details', html: renderDetails(call, record, sources) },
    timeline,
    ...related.map(({ name, html }): PageBlock => ({ name, html, column: 'main' })),
    ...added,
    ...panels.map((panel): PageBlock => ({ ...panel, column: 'side' })),
  ];
  const patched = await patchBlocks(call, `${definition.module}.${definition.plural}-record`, { id }, blocks);
  const title = titleOf(entity, record);
  return showPage(
    {
      title,
      breadcrumbs: [{ label: call.labels.many(definition), href: `/${path}` }, { label: title }],
      blocks: patched,
    },
    status,
  );
}

/** What is told right below the name, whatever the record is. */
async function blocksBelowName(call: EntityCall, record: RecordValues): Promise<readonly PageBlock[]> {
  const blocks = await Promise.all([tagsBlock(call, asText(record['id'])), completenessBlock(call, record)]);
  return blocks.flat();
}

/** What a page shows besides the record: what somebody wrote that cannot be added, with its status. */
interface ShownWith {
  readonly composer?: ComposerState;
  readonly status?: number;
}

/** The reader finds the record again among what they opened last. */
function noteVisit({ workspace, request, entity }: EntityCall, recordId: Id): void {
  const { userId } = request.identity;
  if (userId !== null) workspace.container.resolve(VisitBook).note({ userId, entity: entity.definition.id, recordId });
}

/** The record, or the address of the one it was merged into. @throws NotFoundError */
async function findRecord(call: EntityCall): Promise<RecordValues | string> {
  try {
    return await readRecord(call);
  } catch (error) {
    if (!isTrellisError(error) || error.kind !== 'not-found') throw error;
    const { headers } = await callApi(call, 'GET', `/${call.entity.path}/${call.request.params['id'] ?? ''}`);
    return String(headers?.['Location']).replace('/api/v1', '');
  }
}

/** What showing this record's values needs, names behind its refs included. */
export async function recordSources(call: EntityCall, record: RecordValues): Promise<DisplaySources> {
  const { entity } = call;
  const fields = [...detailFields(entity), ...listFields(entity)];
  return displaySources(call, await loadNames(call, fields, [record]));
}

/** Name, key facts and actions; also what an inline edit brings up to date. */
export function renderHeader(call: EntityCall, record: RecordValues, sources: DisplaySources): SafeHtml {
  const { entity } = call;
  const { identity, generation } = call.request;
  const { definition } = entity;
  const href = addressOf(entity, record);
  const may = (verb: 'update' | 'delete'): boolean =>
    identity.reach(`${definition.id}:${verb}`) !== null && !isWithout(entity, verb);
  const title = titleOf(entity, record);
  const view = {
    header: {
      title,
      ...(definition.title === 'name' ? {} : { icon: definition.icon ?? 'box' }),
      ...headerFacts(entity, record, sources),
    },
    editHref: may('update') ? `${href}/edit` : undefined,
    mergeHref: may('update') && may('delete') ? `/${entity.path}/merge?ids=${asText(record['id'])}` : undefined,
    mergeLabel: call.t('merge.action'),
    trashAction: may('delete') ? `${href}/trash` : undefined,
    menuLabel: call.t('record.more'),
    trashLabel: call.t('record.trash'),
  };
  return generation.views.render('core:records/_header', view, call.env);
}

const factKinds: ReadonlySet<Field['kind']> = new Set(['text', 'ref', 'email', 'phone', 'url', 'list', 'links']);

/** Up to three facts of the list's columns stand beside the name, figures apart; choices become tags. */
function headerFacts(
  entity: CompiledEntity,
  record: RecordValues,
  sources: DisplaySources,
): { meta: object[]; tags: object[] } {
  const shown = listFields(entity).filter(({ name, path }) => name !== entity.definition.title && path !== 'updatedAt');
  const choices = Object.keys(entity.definition.fields).filter((name) =>
    ['choice', 'choices'].includes(entity.definition.fields[name]?.kind ?? ''),
  );
  const facts = shown
    .filter(({ path, field }) => !choices.includes(path) && factKinds.has(field.kind))
    .map((field) => displayField(entity, field, record, sources));
  const tagged = detailFields(entity).filter(({ path }) => choices.includes(path));
  return {
    meta: facts
      .filter(({ text }) => text !== '')
      .slice(0, 3)
      .map(factView),
    tags: tagged.flatMap((field) => displayField(entity, field, record, sources).tags ?? []),
  };
}

function factView({ kind, text, href, entries }: ValueView): object {
  const [first] = entries ?? [];
  if (first !== undefined)
    return first.href === undefined ? { text: first.text } : { text: first.text, href: first.href };
  if (kind === 'email') return { text, href: `mailto:${text}` };
  if (kind === 'phone') return { text, href: `tel:${href ?? ''}` };
  return href === undefined ? { text } : { text, href };
}
