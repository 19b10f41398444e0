import type { Field } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import type { SafeHtml } from '../../views/safe-html.js';
import { displayField, type ValueView } from '../fields/field-display.js';
import {
  addressOf,
  allFields,
  targetOf,
  titleOf,
  type EntityField,
  type RecordValues,
} from '../fields/entity-field.js';
import { readersEntity } from '../fields/readers-entity.js';
import { loadNames } from '../fields/record-names.js';
import { readRecordPage, type RecordPage } from '../list/list-reader.js';
import { displaySources, isWithout, listFields } from '../list/list-view.js';
import { mayCreate } from '../list/list-page.js';
import { mapAtMost } from '../module-call.js';
import type { EntityCall, PageCall } from '../page-call.js';

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
export async function relatedLists(call: EntityCall, id: string): Promise<RelatedList[]> {
  const relations = relationsTo(call);
  const made = await mapAtMost(3, relations, (relation) => relatedList(call, relation, id));
  return made.flatMap((list) => list ?? []);
}

const shownCount = 5;

/** References worth a list: fields people fill in. A record's author is not among them, its owner only on a user's page. */
function relationsTo({ request: { generation, identity }, entity: target }: EntityCall): Relation[] {
  const readable = [...generation.entities.values()].filter(
    (entity) => !isWithout(entity, 'pages') && identity.reach(`${entity.definition.id}:read`) !== null,
  );
  // By a field they may not read people cannot filter either.
  const known = readable.map((entity) => readersEntity(entity, identity));
  return known.flatMap((entity) =>
    allFields(entity).flatMap((field) =>
      referencePaths(entity, field, target.definition.id).map((path) => ({ entity, field, path })),
    ),
  );
}

function referencePaths(entity: CompiledEntity, { path, field }: EntityField, target: string): string[] {
  if (path === 'team') return [];
  const refersTo = (declared: Field): boolean => declared.kind === 'ref' && targetOf(entity, declared) === target;
  if (refersTo(field)) return [path];
  return Object.entries(field.item ?? {}).flatMap(([item, declared]) =>
    refersTo(declared) ? [`${path}.${item}`] : [],
  );
}

async function relatedList(call: EntityCall, relation: Relation, id: string): Promise<RelatedList | null> {
  const { entity, path } = relation;
  const { definition } = entity;
  const there = { ...call, entity };
  const nodes = [{ field: path, op: 'eq', value: id }];
  const page = await readRecordPage(there, { nodes, sort: [], after: null }, shownCount);
  const newHref = mayCreate(there) ? `/${entity.path}/new?${path.replace('.', '.0.')}=${id}` : undefined;
  if (page.records.length === 0 && !isWorthOffering(call, relation, newHref)) return null;
  const title = titleOfRelation(call, relation);
  const count = countText(call, page);
  const href = `/${entity.path}?filter[${path}]=${id}`;
  const html = call.render('core:records/_related', {
    title,
    icon: definition.icon ?? 'box',
    count: count ?? undefined,
    items: await itemViews(there, relation, page.records),
    allHref: page.next === null ? undefined : href,
    newHref,
    newLabel: call.t('list.new', { entity: call.labels.oneInText(definition) }),
  });
  return {
    name: `related-${definition.module}-${definition.plural}-${path.replaceAll('.', '-')}`,
    title,
    count,
    href,
    html,
  };
}

/** An empty list stands there only where people are meant to add to it. */
function isWorthOffering(
  { entity: target }: EntityCall,
  { entity, path }: Relation,
  newHref: string | undefined,
): boolean {
  const isPeople = target.definition.id === 'core.user' || target.definition.id === 'core.team';
  return newHref !== undefined && !isPeople && path !== 'owner' && entity.definition.id !== target.definition.id;
}

function titleOfRelation({ t, labels, entity: target }: EntityCall, { entity: { definition } }: Relation): string {
  const entities = labels.many(definition);
  return definition.id === target.definition.id ? t('record.below', { entities }) : entities;
}

function countText({ env, request }: PageCall, { count, isCapped, records, next }: RecordPage): string | null {
  if (next === null) return String(records.length);
  if (count === null) return null;
  return `${request.generation.views.formatters.number(env, count)}${isCapped ? '+' : ''}`;
}

/** A row says the record's name, two facts of its list, and its state as a tag. */
async function itemViews(
  call: EntityCall,
  { entity, field }: Relation,
  records: readonly RecordValues[],
): Promise<object[]> {
  const facts = listFields(entity).filter(
    ({ path, name }) =>
      path !== field.path && name !== entity.definition.title && path !== 'updatedAt' && path !== 'owner',
  );
  const sources = displaySources(call, await loadNames(call, facts, records));
  return records.map((record) => {
    const shown = facts.map((fact) => ({ fact, view: displayField(entity, fact, record, sources) }));
    const views = shown.filter(({ fact, view }) => view.text !== '' && !isBareFigure(fact)).map(({ view }) => view);
    const tag = views.find(({ kind }) => kind === 'tags')?.tags?.[0];
    const end = views.find(({ kind }) => kind === 'number');
    const notes = views.filter((view) => view !== end && view.kind !== 'tags').slice(0, 2);
    return {
      title: titleOf(entity, record),
      href: addressOf(entity, record),
      note: notes.map(firstText).join(' · '),
      ...(tag && { tag }),
      ...(end && { end: end.text }),
    };
  });
}

/** A number without a unit says nothing beside a name. */
function isBareFigure({ field }: EntityField): boolean {
  return ['integer', 'decimal', 'percent', 'duration'].includes(field.kind);
}

function firstText({ text, entries }: ValueView): string {
  return entries?.[0]?.text ?? text;
}
