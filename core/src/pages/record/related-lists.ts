import type { CompiledEntity } from '../../records/compiled-entity.js';
import type { SafeHtml } from '../../views/safe-html.js';
import { displayField, type ValueView } from '../fields/field-display.js';
import { allFields, targetOf, type EntityField, type RecordValues } from '../fields/entity-field.js';
import { loadNames } from '../fields/record-names.js';
import { readRecordPage, type RecordPage } from '../list/list-reader.js';
import { displaySources, listFields } from '../list/list-view.js';
import { mayCreate } from '../list/list-page.js';
import { mapAtMost } from '../module-call.js';
import type { PageCall } from '../page-call.js';

/** A way another entity refers to this one: its list filtered by that reference. */
interface Relation {
  readonly entity: CompiledEntity;
  readonly field: EntityField;
  /** `account`, or `accounts.account` for a reference inside a list field. */
  readonly path: string;
}

/** A related list as a card, and what the key figures say about it. */
export interface RelatedList {
  readonly name: string;
  readonly title: string;
  /** `20` or `1,000+`; null when nobody counted. */
  readonly count: string | null;
  /** The whole list. */
  readonly href: string;
  readonly html: SafeHtml;
}

/** The first records of every list that refers to this record, at most three lists at a time. */
export async function relatedLists(call: PageCall, entity: CompiledEntity, id: string): Promise<RelatedList[]> {
  const relations = relationsTo(call, entity);
  const made = await mapAtMost(3, relations, (relation) => relatedList(call, entity, relation, id));
  return made.flatMap((list) => list ?? []);
}

const shownCount = 5;

/** References worth a list: fields people fill in. A record's author is not among them, its owner only on a user's page. */
function relationsTo(call: PageCall, target: CompiledEntity): Relation[] {
  const { generation, identity } = call.request;
  const readable = [...generation.entities.values()].filter(({ definition }) => !hasNoPages(definition) && identity.reach(`${definition.id}:read`) !== null);
  return readable.flatMap((entity) =>
    allFields(entity).flatMap((field) => {
      if (field.path === 'team') return [];
      const direct = field.field.kind === 'ref' && targetOf(entity, field.field) === target.definition.id;
      if (direct) return [{ entity, field, path: field.path }];
      const items = Object.entries(field.field.item ?? {}).filter(([, item]) => item.kind === 'ref' && targetOf(entity, item) === target.definition.id);
      return items.map(([item]) => ({ entity, field, path: `${field.path}.${item}` }));
    }),
  );
}

function hasNoPages({ without }: CompiledEntity['definition']): boolean {
  return without?.includes('pages') ?? false;
}

async function relatedList(call: PageCall, target: CompiledEntity, relation: Relation, id: string): Promise<RelatedList | null> {
  const { entity, path } = relation;
  const state = { filters: [{ field: path, operator: 'eq', value: id }], sort: null, after: null };
  const page = await readRecordPage(call, entity, state, shownCount);
  const isOwnKind = entity.definition.id === target.definition.id;
  const newHref = mayCreate(call, entity) ? `/${entity.path}/new?${path.replace('.', '.0.')}=${id}` : undefined;
  if (page.records.length === 0 && (isOwnKind || path === 'owner' || newHref === undefined)) return null;
  const title = isOwnKind ? call.t('record.below', { entities: call.labels.many(entity.definition) }) : call.labels.many(entity.definition);
  const count = countText(call, page);
  const href = `/${entity.path}?filter[${path}]=${id}`;
  const view = {
    title,
    icon: entity.definition.icon ?? 'box',
    count: count ?? undefined,
    items: await itemViews(call, relation, page.records),
    allHref: page.next === null ? undefined : href,
    newHref,
    newLabel: call.t('list.new', { entity: call.labels.oneInText(entity.definition) }),
  };
  const html = call.request.generation.views.render('core:records/_related', view, call.env);
  return { name: `related-${entity.definition.module}-${entity.definition.plural}-${path.replaceAll('.', '-')}`, title, count, href, html };
}

function countText({ env, request }: PageCall, { count, isCapped, records, next }: RecordPage): string | null {
  if (next === null) return String(records.length);
  if (count === null) return null;
  return `${request.generation.views.formatters.number(env, count)}${isCapped ? '+' : ''}`;
}

/** A row says the record's name, two facts of its list, and its state as a tag. */
async function itemViews(call: PageCall, { entity, field }: Relation, records: readonly RecordValues[]): Promise<object[]> {
  const facts = listFields(entity).filter(({ path, name }) => path !== field.path && name !== entity.definition.title && path !== 'updatedAt' && path !== 'owner');
  const names = await loadNames(call.ctx, call.request.generation, entity, facts, records);
  const sources = displaySources(call, names);
  return records.map((record) => {
    const views = facts.map((fact) => displayField(entity, fact, record, sources)).filter(({ text }) => text !== '');
    const tag = views.find(({ kind }) => kind === 'tags')?.tags?.[0];
    const end = views.find(({ kind }) => kind === 'number');
    const notes = views.filter((view) => view !== end && view.kind !== 'tags').slice(0, 2);
    return {
      title: String(record[entity.definition.title] ?? ''),
      href: `/${entity.path}/${String(record['id'])}`,
      note: notes.map(firstText).join(' · '),
      ...(tag && { tag }),
      ...(end && { end: end.text }),
    };
  });
}

function firstText({ text, entries }: ValueView): string {
  return entries?.[0]?.text ?? text;
}
