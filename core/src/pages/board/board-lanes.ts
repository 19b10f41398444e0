import type { Context, FilterGroup, Where } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { asText, findField, targetOf, titleOf, type EntityField, type RecordValues } from '../fields/entity-field.js';
import type { EntityCall } from '../page-call.js';
import { mapAtMost } from '../module-call.js';

/** One lane: a value of the choice, or a record of the entity that the board's field refers to. */
export interface Lane {
  readonly value: string;
  readonly label: string;
  readonly count: number;
  /** Sums of the board's figure, one per currency for money. */
  readonly sums: readonly unknown[];
  readonly records: readonly RecordValues[];
}

/** The field whose value decides on the lane. */
export function laneField(entity: CompiledEntity): EntityField | undefined {
  return entity.definition.views?.board && findField(entity, entity.definition.views.board.by);
}

/** What a lane can be: in the order of the declaration, or of `position` where the target has one. */
export async function laneValues(call: EntityCall, field: EntityField): Promise<{ value: string; label: string }[]> {
  const { entity } = call;
  if (field.field.kind !== 'ref')
    return (field.field.options ?? []).map((value) => ({ value, label: call.labels.option(entity, field, value) }));
  const target = call.request.generation.entities.get(targetOf(entity, field.field));
  if (target === undefined) return [];
  const { definition } = target;
  const order = 'position' in definition.fields ? 'position' : definition.title;
  const records: readonly RecordValues[] = await call.ctx.query(definition).sort(order).limit(mostLanes);
  return records.map((record) => ({ value: asText(record['id']), label: titleOf(target, record) }));
}

/** The lanes with their newest records and totals: one query for all totals, one per lane for its records. */
export async function loadLanes(call: EntityCall, field: EntityField, filter: FilterGroup): Promise<Lane[]> {
  const { entity } = call;
  const { definition } = entity;
  const sum = definition.views?.board?.sum;
  const [values, groups] = await Promise.all([
    laneValues(call, field),
    totals(call.ctx.query(definition).matching(filter), field, sum),
  ]);
  return mapAtMost(3, values, async (lane) => {
    const own = groups.filter(({ key }) => key[field.path] === lane.value);
    const sums = sum === undefined ? [] : own.flatMap((group) => group.sum[sum] ?? []);
    const where = { [field.path]: lane.value } as Where<RecordValues>;
    const records: readonly RecordValues[] = await call.ctx
      .query(definition)
      .where(where)
      .matching(filter)
      .sort('-updatedAt')
      .limit(tilesPerLane);
    return { ...lane, count: Math.max(0, ...own.map(({ count }) => count)), sums, records };
  });
}

const mostLanes = 20;
const tilesPerLane = 25;

function totals(query: ReturnType<Context['query']>, field: EntityField, sum: string | undefined) {
  return query.group([field.path], sum === undefined ? {} : { sum: [sum] });
}
