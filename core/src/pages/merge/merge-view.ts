import { isDeepStrictEqual } from 'node:util';
import { readApi } from '../api-client.js';
import { displayField } from '../fields/field-display.js';
import { asText, findField, titleOf, type EntityField, type RecordValues } from '../fields/entity-field.js';
import { textOf, type FormData } from '../fields/form-reader.js';
import { loadNames } from '../fields/record-names.js';
import { writableFields } from '../form/record-form.js';
import { displaySources } from '../list/list-view.js';
import type { EntityCall } from '../page-call.js';
import { chosenPrefix } from './control-names.js';

/** Context of `core:merge/comparison` beside title and errors. */
export async function mergeView(call: EntityCall, records: readonly RecordValues[], form: FormData): Promise<object> {
  const { entity, t } = call;
  const ids = records.map((record) => asText(record['id']));
  const fields = comparedFields(call).filter((field) => records.some((record) => !isEmpty(field.valueIn(record))));
  const differing = fields.filter((field) =>
    records.some((record) => !isDeepStrictEqual(field.valueIn(record), field.valueIn(records[0] ?? {}))),
  );
  const sources = displaySources(call, await loadNames(call, fields, records));
  const winner = textOf(form, 'winner') || (ids[0] ?? '');
  return {
    action: `/${entity.path}/merge`,
    ids: ids.join(','),
    cancelHref: `/${entity.path}/${ids[0] ?? ''}`,
    caption: t('merge.caption'),
    records: records.map((record) => ({
      id: asText(record['id']),
      title: titleOf(entity, record),
      href: `/${entity.path}/${asText(record['id'])}`,
      isChosen: record['id'] === winner,
    })),
    rows: differing.map((field) => {
      const name = `${chosenPrefix}${field.path}`;
      const chosen = textOf(form, name) || firstFilled(field, records);
      return {
        label: call.labels.field(entity, field),
        isUnited: isUnited(field),
        cells: records.map((record) => ({
          ...{ name, id: asText(record['id']), title: titleOf(entity, record) },
          value: displayField(entity, field, record, sources),
          isChosen: record['id'] === chosen,
        })),
      };
    }),
    moves: await movesOf(call, ids),
  };
}

/** The title, then what the form has. */
function comparedFields({ entity }: EntityCall): readonly EntityField[] {
  const title = findField(entity, entity.definition.title);
  const others = writableFields(entity).filter(({ path }) => path !== entity.definition.title);
  return title === undefined ? others : [title, ...others];
}

/** Of these all that any of the records has is kept. */
function isUnited({ field: { kind } }: EntityField): boolean {
  return kind === 'list' || kind === 'links' || kind === 'files' || kind === 'choices';
}

function firstFilled(field: EntityField, records: readonly RecordValues[]): string {
  const filled = records.find((record) => !isEmpty(field.valueIn(record))) ?? records[0];
  return asText(filled?.['id']);
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

async function movesOf(call: EntityCall, ids: readonly string[]): Promise<readonly object[]> {
  const { entities } = call.request.generation;
  const { data } = await readApi<{ readonly data: readonly { readonly entity: string; readonly count: number }[] }>(
    call,
    `/${call.entity.path}/merge`,
    { ids: ids.join(',') },
  );
  const counts = new Map<string, number>();
  for (const { entity, count } of data) counts.set(entity, (counts.get(entity) ?? 0) + count);
  return [...counts].flatMap(([id, count]) => {
    const entity = entities.get(id);
    return entity === undefined ? [] : [{ label: call.labels.many(entity.definition), value: count }];
  });
}
