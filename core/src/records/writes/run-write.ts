import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Id, Reach, RecordChange } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { runPrepared, type PreparedRow } from '../../database/prepared.js';
import { runTogether } from '../../database/together.js';
import { actorKey } from '../../kernel/plugin-identity.js';
import type { CompiledEntity, CompiledSearch } from '../compiled-entity.js';
import type { FieldChange } from '../history.js';
import type { RecordScope } from '../record-scope.js';
import { checksOf, idsByTarget, type FoundTargets, type Reference } from '../references.js';
import { runWrite } from '../write-errors.js';
import { notesOf } from './notes.js';
import { stageRows, type Row } from './staged-table.js';
import { fillStage } from './stage/fill-stage.js';
import { recordRows } from './stage/record-rows.js';
import type { WritePlace } from './write-place.js';
import { searchEffectOf, textsFor } from './search-part.js';
import type { PresentCheck, RowsForm, SearchEffect, WriteInput, WriteStatement } from './write-shape.js';
import { dependentRows, rowMaker, type StoredRecord } from './write-rows.js';

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
  const rows = await rowsFor(place, entity, write.records, { search, identity: scope.identity });
  const input = inputOf(scope, place, entity, { ...write, ...rows });
  const shape = {
    change: write.change,
    lists: [...input.lists.keys()],
    sides: [...input.sides.keys()],
    references: checksOf(scope, entity, write.references),
    reach: write.reach,
    present: write.present,
    search,
  };
  const run = (form: RowsForm): Promise<readonly PreparedRow[]> =>
    runIn(place, entity.statements.of({ ...shape, form }, scope.generation.entities), input, isShort(write));
  const [row] = await runWrite(place, entity, async () => {
    const answer = await run(formOf(input));
    // Shut, and the statement for one does not say why.
    return answer.length === 0 ? run('many') : answer;
  });
  const [isFine, written, owners, found] = (row ?? []) as Partial<AnswerRow>;
  if (isFine === true) place.eventsStored();
  return {
    isFine: isFine === true,
    written: written ?? 0,
    owners: new Map((owners ?? []).map(([id, team, hasLeft]) => [id, { team, hasLeft }])),
    found: new Map(Object.entries(found ?? {}).map(([target, ids]) => [target, new Set(ids)])),
  };
}

/** New records stand in nobody's way; what changes others takes locks, which it must not hold for longer than it needs them. */
function isShort({ change, records }: RecordWrite): boolean {
  return change === 'created' && records.length === 1;
}

function formOf({ rows, stageRows: { count }, references }: WriteInput): RowsForm {
  if (count > 0) return 'staged';
  return rows.length === 1 && [...references.values()].every(({ length }) => length === 1) ? 'one' : 'many';
}

async function runIn(
  { db }: WritePlace,
  statement: WriteStatement,
  input: WriteInput,
  isQuick: boolean,
): Promise<readonly PreparedRow[]> {
  if (isTransaction(db) && statement.staged.length > 0) await fillStage(db, statement.staged, input);
  const values = statement.valuesOf(input);
  return isQuick ? runTogether(db, 'write', statement.prepared, values) : runPrepared(db, statement.prepared, values);
}

const noRows = stageRows([]);

/** From so many records on, copying them into a table of the connection costs less than a parameter. */
const fewestStaged = 250;

function isTransaction(db: Knex): db is Knex.Transaction {
  return db.isTransaction === true;
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
  { change, records, references, rows, stageRows: staged }: RecordWrite & Pick<WriteInput, 'rows' | 'stageRows'>,
): WriteInput {
  const stored = records.flatMap((record) => record.stored ?? []);
  return {
    ...dependentRows(entity, stored, change !== 'created'),
    rows,
    stageRows: staged,
    references: idsByTarget(references),
    identity,
    now: clock.now().toISOString(),
    actor: actorKey(identity),
    onBehalfOf: identity.onBehalfOf,
    changeSet: changeSetId,
    requestId,
  };
}

/** Rows made between two turns of the event loop. */
const rowsAtOnce = 500;

/** The rows for parameters, or those for a table, with none of the others. */
async function rowsFor(
  { db }: WritePlace,
  entity: CompiledEntity,
  records: readonly WrittenRecord[],
  { search, identity }: { readonly search: SearchEffect | null } & Pick<RecordScope, 'identity'>,
): Promise<Pick<WriteInput, 'rows' | 'stageRows'>> {
  const makeRow = rowOf(entity, search === 'added' || search === 'saved' ? entity.search : null, identity);
  if (records.length >= fewestStaged && isTransaction(db))
    return { rows: [], stageRows: recordRows(entity, records, makeRow) };
  const rows = records.length > rowsAtOnce ? await madeInTurns(records, makeRow) : records.map(makeRow);
  return { rows, stageRows: noRows };
}

async function madeInTurns(
  records: readonly WrittenRecord[],
  makeRow: (record: WrittenRecord) => Row,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const record of records) {
    rows.push(makeRow(record));
    if (rows.length % rowsAtOnce === 0) await nextTurn();
  }
  return rows;
}

function rowOf(
  entity: CompiledEntity,
  searched: CompiledSearch | null,
  identity: RecordScope['identity'],
): (record: WrittenRecord) => Row {
  const ownRow = rowMaker(entity);
  const namesOfNew = newNamer(entity, identity);
  return ({ id, stored, before, changes, cause }) => {
    const row = stored === null ? { id } : Object.assign(ownRow(stored.values), textsFor(searched, stored));
    const names = stored === null ? none : before === null ? namesOfNew(stored) : Object.keys(changes);
    return Object.assign(row, before === null ? null : { '~before': before }, notesOf(changes, names, cause));
  };
}

/** What is named of a new record: its owner, where somebody else makes it for them, so that they can be told. */
function newNamer(
  { definition }: CompiledEntity,
  { userId, onBehalfOf }: RecordScope['identity'],
): (stored: StoredRecord) => readonly string[] {
  if (!definition.owned) return () => none;
  const maker = userId ?? onBehalfOf;
  return ({ values }) => ((values.get('owner') ?? maker) === maker ? none : forOwner);
}

const none: readonly string[] = [];

const forOwner: readonly string[] = ['owner'];
