import type { Id, Reach, RecordChange } from '@trellis-crm/sdk';
import { runPrepared } from '../../database/prepared.js';
import { actorKey } from '../../kernel/plugin-identity.js';
import type { CompiledEntity, CompiledSearch } from '../compiled-entity.js';
import type { FieldChange } from '../history.js';
import type { RecordScope } from '../record-scope.js';
import { checksOf, idsByTarget, type FoundTargets, type Reference } from '../references.js';
import { runWrite } from '../write-errors.js';
import { notesOf } from './notes.js';
import type { WritePlace } from './write-place.js';
import { searchEffectOf, textsFor } from './search-part.js';
import type { PresentCheck, SearchEffect, WriteInput } from './write-shape.js';
import { dependentRows, ownRow, type StoredRecord } from './write-rows.js';

/** One record of a write with what history says about it. */
export interface WrittenRecord {
  readonly id: Id;
  /** All values and which are new; null where only the mark of the trash changes. */
  readonly stored: StoredRecord | null;
  /** Version the row must still have; null: any. */
  readonly before: number | null;
  /** By field path, in the form of the API. */
  readonly changes: Readonly<Record<string, FieldChange>>;
  readonly cause: string | null;
}

/** Records to write, and what the statement is to make sure of. */
export interface RecordWrite {
  readonly change: RecordChange;
  readonly records: readonly WrittenRecord[];
  /** What the records newly refer to; empty when it was checked before. */
  readonly references: readonly Reference[];
  /** Reach within which they must lie once written; `all` asks nothing. */
  readonly reach: Reach;
  readonly present: PresentCheck | null;
}

/** A write under the locks of a transaction, after everything was asked. */
export function heldWrite(change: RecordChange, records: readonly WrittenRecord[]): RecordWrite {
  return { change, records, references: [], reach: 'all', present: null };
}

/** What became of a write. */
export interface WriteOutcome extends FoundTargets {
  /** False: something asked for was not in order, and nothing was written. */
  readonly isFine: boolean;
  /** Number of records written. */
  readonly written: number;
}

/** Writes records with everything that belongs to them in one statement. @throws what {@link runWrite} makes of the database's refusal */
export async function writeRecords(
  scope: RecordScope,
  place: WritePlace,
  entity: CompiledEntity,
  write: RecordWrite,
): Promise<WriteOutcome> {
  const search = searchEffectOf(entity, write);
  const input = inputOf(scope, place, entity, { ...write, search });
  const shape = {
    change: write.change,
    lists: [...input.lists.keys()],
    sides: [...input.sides.keys()],
    references: checksOf(scope, entity, write.references),
    reach: write.reach,
    present: write.present,
    search,
  };
  const statement = entity.statements.of(shape, scope.generation.entities);
  const [row] = await runWrite(place, entity, () =>
    runPrepared(place.db, statement.prepared, statement.valuesOf(input)),
  );
  const [isFine, written, owners, found] = (row ?? []) as Partial<AnswerRow>;
  if (isFine === true) place.eventsStored();
  return {
    isFine: isFine === true,
    written: written ?? 0,
    owners: new Map((owners ?? []).map(([id, team, hasLeft]) => [id, { team, hasLeft }])),
    found: new Map(Object.entries(found ?? {}).map(([target, ids]) => [target, new Set(ids)])),
  };
}

type AnswerRow = readonly [
  isFine: boolean,
  written: number,
  owners: readonly (readonly [id: Id, team: Id | null, hasLeft: boolean])[] | null,
  found: Readonly<Record<string, readonly Id[] | null>> | null,
];

function inputOf(
  { identity, clock, requestId }: RecordScope,
  { changeSetId }: WritePlace,
  entity: CompiledEntity,
  { change, records, references, search }: RecordWrite & { readonly search: SearchEffect | null },
): WriteInput {
  const stored = records.flatMap((record) => record.stored ?? []);
  const searched = search === 'added' || search === 'saved' ? entity.search : null;
  return {
    ...dependentRows(entity, stored, change !== 'created'),
    rows: JSON.stringify(records.map((record) => rowOf(entity, searched, record))),
    references: idsByTarget(references),
    identity,
    now: clock.now().toISOString(),
    actor: actorKey(identity),
    onBehalfOf: identity.onBehalfOf,
    changeSet: changeSetId,
    requestId,
  };
}

function rowOf(
  entity: CompiledEntity,
  searched: CompiledSearch | null,
  { id, stored, before, changes, cause }: WrittenRecord,
): object {
  const paths = Object.keys(changes);
  return {
    ...(stored === null ? { id } : { ...ownRow(entity, stored.values), ...textsFor(searched, stored) }),
    ...(before === null ? {} : { '~before': before }),
    ...notesOf(changes, stored !== null && before !== null ? paths : [], cause),
  };
}
