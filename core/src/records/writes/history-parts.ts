import { recordEvent, type EntityToken, type RecordChange } from '@trellis-crm/sdk';
import { textLiteral, StatementText, type BoundStatement } from './statement-text.js';
import { notedColumns, recordset, type HistoryInput } from './write-shape.js';

/** Placeholders that several parts of a write share. */
export interface SharedValues {
  readonly now: string;
  readonly changeSet: string;
}

/** The placeholders of {@link SharedValues}. */
export function sharedValues<Input extends HistoryInput>(text: StatementText<Input>): SharedValues {
  return {
    now: text.value('timestamptz', ({ now }) => now),
    changeSet: text.value('uuid', ({ changeSet }) => changeSet),
  };
}

/** SQL of what all records of a write have in common. */
export interface HistorySubject {
  readonly entity: string;
  readonly change: string;
  readonly event: string;
  readonly eventVersion: string;
}

/** The subject as constants of a statement. */
export function constantSubject(entity: EntityToken, change: RecordChange): HistorySubject {
  const { id, version } = recordEvent(entity, change);
  return {
    entity: textLiteral(entity.id),
    change: textLiteral(change),
    event: textLiteral(id),
    eventVersion: String(version),
  };
}

/**
 * Audit row, event and pending row of each record of `source`, which has their ids and versions beside what is noted about them.
 * Nothing is sent: the relay hears of it in memory after the commit, or finds the pending row.
 */
export function historyParts<Input extends HistoryInput>(
  text: StatementText<Input>,
  { now, changeSet }: SharedValues,
  { entity, change, event, eventVersion }: HistorySubject,
  source: string,
): readonly string[] {
  const actor = text.value('text', (input) => input.actor);
  const onBehalfOf = text.value('uuid', (input) => input.onBehalfOf);
  const requestId = text.value('text', (input) => input.requestId);
  return [
    `audited as (
  insert into core.audit_log (id, occurred_at, entity, record_id, record_version, verb, changes, cause, actor, on_behalf_of, change_set, request_id)
  select s."~audit", ${now}, ${entity}, s."id", s."version", ${change}, coalesce(s."~changes", '{}'), s."~cause",
    ${actor}, ${onBehalfOf}, ${changeSet}, ${requestId}
  from ${source}
)`,
    `stored as (
  insert into core.events (id, type, version, payload, entity, order_key, record_version, actor, on_behalf_of, occurred_at, change_set)
  select s."~event", ${event}, ${eventVersion},
    jsonb_build_object('id', s."id", 'version', s."version", 'changed', coalesce(s."~changed", '[]')),
    ${entity}, s."id"::text, s."version", ${actor}, ${onBehalfOf}, ${now}, ${changeSet}
  from ${source}
  returning id, position
)`,
    `pending as (
  insert into core.pending_events (event_id, position) select id, position from stored
)`,
  ];
}

/** The values of a statement that writes nothing but history. */
export interface SubjectInput extends HistoryInput {
  readonly entity: EntityToken;
  readonly change: RecordChange;
}

/** Writes audit rows, events and pending rows of records of any entity that something else wrote. */
export const historyStatement = writeHistory();

function writeHistory(): BoundStatement<SubjectInput> {
  const text = new StatementText<SubjectInput>();
  const columns = [{ name: 'id', type: 'uuid' }, { name: 'version', type: 'integer' }, ...notedColumns];
  const rows = text.value('jsonb', (input) => JSON.stringify(input.rows));
  const subject = {
    entity: text.value('text', ({ entity }) => entity.id),
    change: text.value('text', ({ change }) => change),
    event: text.value('text', ({ entity, change }) => recordEvent(entity, change).id),
    eventVersion: text.value('integer', ({ entity, change }) => recordEvent(entity, change).version),
  };
  const given = `given as materialized (select * from ${recordset(rows, columns)})`;
  const history = historyParts(text, sharedValues(text), subject, 'given s');
  return text.finish([`with ${[given, ...history].join(',\n')}`, 'select count(*) from given']);
}
