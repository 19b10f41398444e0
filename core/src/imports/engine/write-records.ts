import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Id, Problem } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import type { ChunkResult, RecordOutcome } from './chunk-result.js';
import type { ChunkPorts, RecordJson } from './import-ports.js';
import type { MatchedRecord } from './match-records.js';
import { columnOf } from './prepare-records.js';

/** A matched record as it goes to the record layer. */
interface CheckedRecord extends MatchedRecord {
  readonly json: RecordJson;
}

/** What became of a record. */
interface WrittenRecord {
  readonly one: MatchedRecord;
  readonly id: Id;
  readonly outcome: RecordOutcome;
}

/** Rows worked out between two turns of the event loop. */
const rowsAtOnce = 500;

/** Checks the records of a set, then creates and changes them, each in one go. All of one place of the mapping. */
export async function writeRecords(
  matched: readonly MatchedRecord[],
  blanks: 'keep' | 'clear',
  ports: ChunkPorts,
  result: ChunkResult,
): Promise<void> {
  const entity = matched[0]?.draft.record.target.entity;
  if (entity === undefined) return;
  const { fresh, known } = await checkedOf(matched, { entity, blanks }, ports, result);
  const written = [...(await create(entity, fresh, ports)), ...(await change(entity, known, ports))];
  await rememberKeys(entity, written, ports);
  for (const { one, id, outcome } of written) settle(one, id, outcome, result);
}

/** Those in order, new ones and those there are. */
async function checkedOf(
  matched: readonly MatchedRecord[],
  { entity, blanks }: { readonly entity: CompiledEntity; readonly blanks: 'keep' | 'clear' },
  ports: ChunkPorts,
  result: ChunkResult,
): Promise<{ readonly fresh: readonly CheckedRecord[]; readonly known: readonly CheckedRecord[] }> {
  const [fresh, known]: [CheckedRecord[], CheckedRecord[]] = [[], []];
  for (const [position, one] of matched.entries()) {
    const record = { ...one, json: jsonOf(one, entity, blanks) };
    if (isValid(record, entity, ports, result)) (one.existing === null ? fresh : known).push(record);
    if (position % rowsAtOnce === rowsAtOnce - 1) await nextTurn();
  }
  return { fresh, known };
}

function jsonOf(
  { draft, values, existing }: MatchedRecord,
  entity: CompiledEntity,
  blanks: 'keep' | 'clear',
): RecordJson {
  const cleared =
    existing !== null && blanks === 'clear'
      ? draft.blanks.filter((name) => entity.definition.fields[name]?.required !== true)
      : [];
  const emptied = cleared.map((name) => [name, emptyOf(entity, name)] as const);
  return nested(emptied.length === 0 ? values : { ...Object.fromEntries(emptied), ...values }, entity);
}

/** Fields that are never null are emptied to their default. */
function emptyOf(entity: CompiledEntity, name: string): unknown {
  return entity.definition.fields[name]?.default ?? null;
}

/** `{ 'sales.territory': x }` → `{ sales: { territory: x } }` */
function nested(values: RecordJson, entity: CompiledEntity): RecordJson {
  if (entity.extensions.size === 0) return values;
  const json: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(values)) {
    const [plugin = '', name] = path.split('.');
    if (name === undefined || !entity.extensions.has(plugin)) json[path] = value;
    else json[plugin] = { ...Object(json[plugin]), [name]: value };
  }
  return json;
}

function isValid(one: CheckedRecord, entity: CompiledEntity, ports: ChunkPorts, result: ChunkResult): boolean {
  const problems = ports.records.check(entity, one.json, one.existing === null ? 'create' : 'update');
  for (const problem of problems) reportField(one, problem, result);
  return problems.length === 0;
}

function reportField({ draft }: MatchedRecord, { pointer, code, message }: Problem, result: ChunkResult): void {
  const [, name = '', inner] = pointer.split('/');
  const field = draft.record.fields.some((mapped) => mapped.name === `${name}.${inner ?? ''}`)
    ? `${name}.${inner ?? ''}`
    : name;
  result.report({
    line: draft.line,
    column: columnOf(draft, field),
    code,
    message: `${field} ${message}`,
    kind: 'error',
    value: shortText(draft.values[field]),
  });
}

function shortText(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 100) : null;
}

async function create(
  entity: CompiledEntity,
  records: readonly CheckedRecord[],
  ports: ChunkPorts,
): Promise<readonly WrittenRecord[]> {
  if (records.length === 0) return [];
  const ids = await ports.records.createMany(
    entity,
    records.map(({ json }) => json),
  );
  return records.flatMap((one, index) => {
    const id = ids[index];
    return id === undefined ? [] : [{ one, id, outcome: 'created' }];
  });
}

async function change(
  entity: CompiledEntity,
  records: readonly CheckedRecord[],
  ports: ChunkPorts,
): Promise<readonly WrittenRecord[]> {
  const changes = records.flatMap(({ existing, json }) =>
    existing === null ? [] : [{ id: existing.id, version: versionOf(existing.json), patch: json }],
  );
  if (changes.length === 0) return [];
  const changed = await ports.records.updateMany(entity, changes);
  return records.flatMap((one) => {
    const id = one.existing?.id;
    return id === undefined ? [] : [{ one, id, outcome: changed.has(id) ? 'changed' : 'unchanged' }];
  });
}

/** Version of a record as loaded; 0 for one that a dry run only planned. */
export function versionOf(json: RecordJson): number {
  return Number(json['version'] ?? 0);
}

async function rememberKeys(
  entity: CompiledEntity,
  written: readonly WrittenRecord[],
  ports: ChunkPorts,
): Promise<void> {
  const keys = new Map<string, Id>();
  for (const { one, id } of written) {
    const { draft, isKeyKnown } = one;
    if (draft.externalId !== null && !isKeyKnown) keys.set(draft.externalId, id);
  }
  if (keys.size > 0) await ports.externalIds.add(entity.definition.id, keys);
}

/** A row that repeats an earlier one counts only when it made a difference. */
function settle(one: MatchedRecord, id: Id, outcome: RecordOutcome, result: ChunkResult): void {
  const { draft } = one;
  const entity = draft.record.target.entity.definition.id;
  if (!(draft.isRepeated && outcome === 'unchanged')) result.settle(entity, id, outcome);
  for (const { field, reference } of one.deferred) {
    result.deferred.push({
      line: draft.line,
      column: columnOf(draft, field),
      entity,
      recordId: id,
      field,
      reference,
      wasWritten: outcome !== 'unchanged',
    });
  }
}
