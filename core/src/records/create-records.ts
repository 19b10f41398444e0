import { ForbiddenError, ValidationError, type Reach } from '@trellis-crm/sdk';
import { onlyAsked } from '../database/only-asked.js';
import { uuidV7 } from '../database/uuid-v7.js';
import type { CompiledEntity } from './compiled-entity.js';
import { readableFields } from './field-access.js';
import { fillFiles } from './files/fill-files.js';
import { hasGuards, runGuards } from './guards.js';
import type { FieldChange } from './history.js';
import { parseOptions, prefixProblems, tryParseCreate, type RecordValues } from './parse-input.js';
import { presentValues, type PresentedRecord } from './present-record.js';
import type { RecordScope, WriteScope } from './record-scope.js';
import { checkReferences, referencesOf, refuseReferences, type TeamsByUser } from './references.js';
import { isWithinReach, permissionFor, requireReach } from './rights.js';
import { heldWrite, writeRecords, type WrittenRecord } from './writes/run-write.js';
import { placeIn, type WritePlace } from './writes/write-place.js';
import type { StoredRecord } from './writes/write-rows.js';

/**
 * Creates records in one change set, all or none, in the order of the inputs.
 * @throws ForbiddenError, ValidationError, ConflictError `not_unique`, and whatever a guard throws
 */
export async function createRecords(
  scope: RecordScope,
  entity: CompiledEntity,
  inputs: readonly unknown[],
): Promise<readonly PresentedRecord[]> {
  requireReach(scope, entity, 'create');
  const records = await createParsed(scope, entity, await readAll(scope, entity, inputs));
  const readable = readableFields(scope, entity);
  return records.map(({ values }) => presentValues(readable, values));
}

/** The same with inputs that were read already ({@link tryParseCreate}), all of them in order; they become the records. @throws the same */
export async function createParsed(
  scope: RecordScope,
  entity: CompiledEntity,
  given: readonly Map<string, unknown>[],
): Promise<readonly StoredRecord[]> {
  requireReach(scope, entity, 'create');
  if (given.length === 0) return [];
  const drafts = draftsOf(scope, entity, given);
  return hasGuards(scope, entity, 'create')
    ? scope.inUnit((tx) => createGuarded(tx, entity, drafts))
    : scope.inStatement((place) => createAtOnce(scope, place, entity, drafts));
}

/** References and rights are asked for in the statement that writes. */
async function createAtOnce(
  scope: RecordScope,
  place: WritePlace,
  entity: CompiledEntity,
  drafts: readonly CreateDraft[],
): Promise<readonly CreateDraft[]> {
  const references = referencesOf(entity, drafts);
  const outcome = await writeRecords(scope, place, entity, {
    change: 'created',
    records: drafts.map(writtenOf),
    references,
    reach: neededReach(scope, entity, drafts),
    present: null,
  });
  if (!outcome.isFine) {
    refuseReferences(references, outcome);
    throw outOfReach(entity);
  }
  const teams = new Map([...outcome.owners].map(([id, { team }]) => [id, team]));
  return drafts.map((draft) => withTeam(entity, draft, teams));
}

/** Asks the guards, if there are any, what they say to new records that nobody will write; what they write is taken back. @throws what creating them would */
export async function askToCreate(
  scope: RecordScope,
  entity: CompiledEntity,
  inputs: readonly unknown[],
): Promise<void> {
  if (!hasGuards(scope, entity, 'create') || inputs.length === 0) return;
  const drafts = draftsOf(scope, entity, await readAll(scope, entity, inputs));
  await scope.inUnit((tx) => onlyAsked(tx.unit.trx, () => askGuards(tx, entity, drafts)));
}

async function createGuarded(
  tx: WriteScope,
  entity: CompiledEntity,
  drafts: readonly CreateDraft[],
): Promise<readonly CreateDraft[]> {
  const records = await askGuards(tx, entity, drafts);
  await writeRecords(tx, placeIn(tx.unit), entity, heldWrite('created', records.map(writtenOf)));
  return records;
}

/** Guards look at what is to be written, after everything else was asked. */
async function askGuards(
  tx: WriteScope,
  entity: CompiledEntity,
  drafts: readonly CreateDraft[],
): Promise<readonly CreateDraft[]> {
  const teams = await checkReferences(tx, entity, drafts);
  const records = drafts.map((draft) => withTeam(entity, draft, teams));
  for (const record of records) checkReach(tx, entity, record);
  const all = [...entity.fields.values()];
  await runGuards(
    tx,
    entity,
    'create',
    records.map(({ values }) => ({ before: null, after: presentValues(all, values) })),
  );
  return records;
}

/** Files are asked about where some are named: only then something has to be waited for. */
async function readAll(
  scope: RecordScope,
  entity: CompiledEntity,
  inputs: readonly unknown[],
): Promise<Map<string, unknown>[]> {
  const parsed = parseAll(scope, entity, inputs);
  if (entity.files.length === 0) return parsed;
  const given = parsed.map((values, position) => ({ values, prefix: prefixOf(inputs, position) }));
  return (await fillFiles(scope, entity, given)).map(({ values }) => values);
}

function parseAll(scope: RecordScope, entity: CompiledEntity, inputs: readonly unknown[]): Map<string, unknown>[] {
  const options = parseOptions(scope, entity);
  const parsed = inputs.map((input) => tryParseCreate(entity, input, options));
  const errors = parsed.flatMap(({ problems }, position) => prefixProblems(problems, prefixOf(inputs, position)));
  if (errors.length > 0) throw new ValidationError('invalid_record', {}, { errors });
  return parsed.map(({ values }) => values);
}

function prefixOf(inputs: readonly unknown[], position: number): string {
  return inputs.length === 1 ? '' : `/${position}`;
}

/** A record to create. */
interface CreateDraft extends StoredRecord {
  /** The draft's own: what its statement finds out is added. */
  readonly values: Map<string, unknown>;
  readonly prefix: string;
}

function draftsOf(
  { identity, clock }: RecordScope,
  entity: CompiledEntity,
  given: readonly Map<string, unknown>[],
): readonly CreateDraft[] {
  const now = clock.now().toISOString();
  const { userId } = identity;
  let changed: ReadonlySet<string> = new Set();
  return given.map((values, position) => {
    const id = uuidV7();
    if (entity.definition.owned && !values.has('owner')) values.set('owner', userId);
    changed = changedIn(entity, values, changed);
    values.set('id', id).set('version', 1).set('createdAt', now).set('updatedAt', now);
    values.set('createdBy', userId).set('updatedBy', userId);
    return { id, values, changed, prefix: prefixOf(given, position) };
  });
}

/** Fields that are set. Most records of a set name the same ones, so one set of names serves them all. */
function changedIn(entity: CompiledEntity, values: RecordValues, before: ReadonlySet<string>): ReadonlySet<string> {
  const isSet = (path: string): boolean => path === 'owner' || entity.fields.get(path)?.isSystem === false;
  let count = 0;
  let isSame = true;
  for (const path of values.keys()) {
    if (!isSet(path)) continue;
    count += 1;
    isSame &&= before.has(path);
  }
  return isSame && count === before.size ? before : new Set([...values.keys()].filter(isSet));
}

function withTeam(entity: CompiledEntity, draft: CreateDraft, teams: TeamsByUser): CreateDraft {
  if (!entity.definition.owned) return draft;
  const owner = draft.values.get('owner');
  draft.values.set('team', typeof owner === 'string' ? (teams.get(owner) ?? null) : null);
  return draft;
}

/** Creating for oneself is within every reach, so the statement need not ask. */
function neededReach(scope: RecordScope, entity: CompiledEntity, drafts: readonly CreateDraft[]): Reach {
  const { userId } = scope.identity;
  const isOwn = userId !== null && drafts.every(({ values }) => values.get('owner') === userId);
  return isOwn ? 'all' : requireReach(scope, entity, 'create');
}

/** Creating for somebody else needs a right that reaches their records. */
function checkReach(scope: WriteScope, entity: CompiledEntity, { values }: StoredRecord): void {
  const belonging = { owner: asId(values.get('owner')), team: asId(values.get('team')) };
  if (isWithinReach(scope.identity, requireReach(scope, entity, 'create'), belonging)) return;
  throw outOfReach(entity);
}

function outOfReach(entity: CompiledEntity): ForbiddenError {
  return new ForbiddenError('owner_out_of_reach', { permission: permissionFor(entity, 'create') });
}

/** What history says is worked out when it is written: an import has many records waiting. */
function writtenOf(draft: CreateDraft): WrittenRecord {
  return {
    id: draft.id,
    stored: draft,
    before: null,
    get changes() {
      return changesOf(draft);
    },
    cause: null,
  };
}

function changesOf({ values, changed }: CreateDraft): Record<string, FieldChange> {
  const changes: Record<string, FieldChange> = {};
  for (const path of changed) {
    const to = values.get(path);
    if (!isEmpty(to)) changes[path] = { to };
  }
  return changes;
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}

function asId(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
