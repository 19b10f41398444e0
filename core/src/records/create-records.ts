import { ForbiddenError, ValidationError } from '@trellis-crm/sdk';
import { uuidV7 } from '../database/uuid-v7.js';
import type { CompiledEntity } from './compiled-entity.js';
import { readableFields } from './field-access.js';
import { runGuards } from './guards.js';
import { recordHistory, type HistoryEntry } from './history.js';
import { parseOptions, prefixProblems, tryParseCreate, type RecordValues } from './parse-input.js';
import { presentValues, type PresentedRecord } from './present-record.js';
import type { RecordScope, WriteScope } from './record-scope.js';
import { checkReferences, type TeamsByUser } from './references.js';
import { isWithinReach, permissionFor, requireReach } from './rights.js';
import { insertRows, type StoredRecord } from './store-rows.js';
import { runWrite } from './write-errors.js';

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
  const given = parseAll(scope, entity, inputs);
  if (given.length === 0) return [];
  return scope.inUnit(async (tx) => {
    const drafts = given.map((values) => draftOf(tx, entity, values));
    const teams = await checkReferences(
      tx,
      entity,
      drafts.map((draft, position) => ({ ...draft, prefix: prefixOf(inputs, position) })),
    );
    const records = drafts.map((draft) => withTeam(entity, draft, teams));
    for (const record of records) checkReach(tx, entity, record);
    const all = [...entity.fields.values()];
    await runGuards(
      tx,
      entity,
      'create',
      records.map(({ values }) => ({ before: null, after: presentValues(all, values) })),
    );
    await runWrite(tx, entity, async () => {
      await insertRows(tx, entity, records);
      await recordHistory(tx, entity, records.map(historyOf));
    });
    const readable = readableFields(tx, entity);
    return records.map(({ values }) => presentValues(readable, values));
  });
}

function parseAll(scope: RecordScope, entity: CompiledEntity, inputs: readonly unknown[]): RecordValues[] {
  const options = parseOptions(scope, entity);
  const parsed = inputs.map((input) => tryParseCreate(entity, input, options));
  const errors = parsed.flatMap(({ problems }, position) => prefixProblems(problems, prefixOf(inputs, position)));
  if (errors.length > 0) throw new ValidationError('invalid_record', {}, { errors });
  return parsed.map(({ values }) => values);
}

function prefixOf(inputs: readonly unknown[], position: number): string {
  return inputs.length === 1 ? '' : `/${position}`;
}

function draftOf({ identity, clock }: WriteScope, entity: CompiledEntity, given: RecordValues): StoredRecord {
  const id = uuidV7();
  const now = clock.now().toISOString();
  const values = new Map<string, unknown>([
    ...(entity.definition.owned ? ([['owner', identity.userId]] as const) : []),
    ...given,
    ['id', id],
    ['version', 1],
    ['createdAt', now],
    ['updatedAt', now],
    ['createdBy', identity.userId],
    ['updatedBy', identity.userId],
  ]);
  const changed = new Set(
    [...values.keys()].filter((path) => path === 'owner' || entity.fields.get(path)?.isSystem === false),
  );
  return { id, values, changed };
}

function withTeam(entity: CompiledEntity, draft: StoredRecord, teams: TeamsByUser): StoredRecord {
  if (!entity.definition.owned) return draft;
  const owner = draft.values.get('owner');
  const team = typeof owner === 'string' ? (teams.get(owner) ?? null) : null;
  return { ...draft, values: new Map([...draft.values, ['team', team]]) };
}

/** Creating for somebody else needs a right that reaches their records. */
function checkReach(scope: WriteScope, entity: CompiledEntity, { values }: StoredRecord): void {
  const belonging = { owner: asId(values.get('owner')), team: asId(values.get('team')) };
  if (isWithinReach(scope.identity, requireReach(scope, entity, 'create'), belonging)) return;
  throw new ForbiddenError('owner_out_of_reach', { permission: permissionFor(entity, 'create') });
}

function historyOf({ id, values, changed }: StoredRecord): HistoryEntry {
  const set = [...changed].filter((path) => !isEmpty(values.get(path)));
  const changes = Object.fromEntries(set.map((path) => [path, { to: values.get(path) }]));
  return { id, version: 1, change: 'created', changes, cause: null };
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}

function asId(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
