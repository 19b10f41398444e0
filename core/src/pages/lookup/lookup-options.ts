import { asText, titleOf, type EntityField, type RecordValues } from '../fields/entity-field.js';
import { displayField, type DisplaySources } from '../fields/field-display.js';
import { loadNames } from '../fields/record-names.js';
import { findHits } from '../find/record-hits.js';
import { displaySources, listFields } from '../list/list-view.js';
import type { EntityCall } from '../page-call.js';
import { showPart, type PageAnswer } from '../page-endpoint.js';

/**
 * `GET /<path>/options?q=`: records whose name contains what was typed, those that begin with it first; where few do, what search finds by
 * other spellings, and by whatever else it looks at. What tells two of the same name apart stands with each.
 */
export async function showLookupOptions(call: EntityCall): Promise<PageAnswer> {
  const { request, entity, render } = call;
  const typed = (request.url.searchParams.get('q') ?? '').trim().slice(0, 100);
  const named = await recordsNamed(call, typed);
  const further = typed === '' || named.length >= shown ? [] : await otherRecords(call, typed, named);
  const records = [...named.map((record) => ({ record, match: null })), ...further].slice(0, shown);
  const fields = tellingFields(call);
  const names = await loadNames(
    call,
    fields,
    records.map(({ record }) => record),
  );
  const sources = displaySources(call, names);
  const options = records.map(({ record, match }) => ({
    ...{ value: record['id'], label: titleOf(entity, record) },
    note: match ?? noteOf(call, fields, record, sources),
  }));
  return showPart(render('ui-lookup-options', { options }));
}

const shown = 12;

async function recordsNamed({ ctx, entity }: EntityCall, typed: string): Promise<readonly RecordValues[]> {
  const { definition } = entity;
  const query = ctx.query(definition).sort(definition.title).limit(shown);
  const found = typed === '' ? await query : await query.where({ [definition.title]: { contains: typed } });
  const rank = (record: RecordValues): number =>
    titleOf(entity, record).toLowerCase().startsWith(typed.toLowerCase()) ? 0 : 1;
  return [...(found as readonly RecordValues[])].sort((left, right) => rank(left) - rank(right));
}

/** A record that search found, and the value it was found by when that is not its name. */
interface FoundRecord {
  readonly record: RecordValues;
  readonly match: string | null;
}

async function otherRecords(
  call: EntityCall,
  typed: string,
  named: readonly RecordValues[],
): Promise<readonly FoundRecord[]> {
  const { ctx, entity } = call;
  if (entity.search === null) return [];
  const known = new Set(named.map((record) => asText(record['id'])));
  const found = await findHits(call, typed, { all: shown, each: shown, entity: entity.definition.id });
  const hits = 'hits' in found ? found.hits.filter(({ id }) => !known.has(id)) : [];
  if (hits.length === 0) return [];
  const read: readonly object[] = await ctx.records(entity.definition).getMany(hits.map(({ id }) => id));
  const byId = new Map((read as readonly RecordValues[]).map((record) => [asText(record['id']), record]));
  return hits.flatMap(({ id, match }) => {
    const record = byId.get(id);
    return record === undefined ? [] : [{ record, match }];
  });
}

const telling: ReadonlySet<string> = new Set(['text', 'ref', 'email', 'phone', 'url', 'list']);

/** Columns of the list that say who or what a record is. */
function tellingFields({ entity }: EntityCall): readonly EntityField[] {
  const { title } = entity.definition;
  return listFields(entity).filter(({ path, field }) => path !== title && path !== 'owner' && telling.has(field.kind));
}

/** `Buyer · anna@acme.example`; undefined for a record of which nothing else is known. */
function noteOf(
  { entity }: EntityCall,
  fields: readonly EntityField[],
  record: RecordValues,
  sources: DisplaySources,
): string | undefined {
  const values = fields.map((field) => displayField(entity, field, record, sources));
  const facts = values.map(({ text, entries }) => entries?.[0]?.text ?? text).filter((text) => text !== '');
  return facts.length === 0 ? undefined : facts.slice(0, 2).join(' · ');
}
