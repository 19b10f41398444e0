import type { Id } from '@trellis-crm/sdk';
import { isAboutRows } from '../../records/about-rows.js';
import { nextReferences, removeReferences, type WaitingReference } from '../import-progress-store.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { ChunkResult } from './chunk-result.js';
import { errorProblems } from './error-problems.js';
import { versionOf } from './write-records.js';
import type { ImportCourse } from './import-course.js';
import type { ChunkPorts } from './import-ports.js';
import { referenceProblem } from './prepare-records.js';
import { resolveReferences } from './resolve-references.js';

/** Once all rows are in: sets the references whose record stood later in the file, set by set. */
export async function resolveDeferred(course: ImportCourse): Promise<void> {
  while (await resolveSet(course, setSize));
}

const setSize = 500;

/** One set; a set that the record layer refuses is halved until the reference it means stands alone. @returns whether there was one */
async function resolveSet(course: ImportCourse, size: number): Promise<boolean> {
  const seen = { count: 0 };
  try {
    await course.step(0, async (ports, trx) => {
      const waiting = await nextReferences(trx, course.record.id, size);
      seen.count = waiting.length;
      const result = await setReferences(waiting, ports);
      await removeReferences(trx, course.record.id, waiting.at(-1)?.position ?? 0);
      return result;
    });
  } catch (error) {
    if (!isAboutRows(error)) throw error;
    if (seen.count > 1) return resolveSet(course, seen.count >> 1);
    await dropReference(course, error);
  }
  return seen.count > 0;
}

async function setReferences(waiting: readonly WaitingReference[], ports: ChunkPorts): Promise<ChunkResult> {
  const result = new ChunkResult();
  const keys = waiting.map(({ reference }) => reference);
  const resolutions = await resolveReferences(keys, ports);
  const found = waiting.flatMap((one): FoundReference[] => {
    const target = resolutions.of(one.reference);
    if (typeof target === 'object') return [{ ...one, targetId: target.id }];
    result.report({ ...referenceProblem(one.line, one.column, one.reference, target), kind: 'notice' });
    return [];
  });
  for (const [entityId, members] of Map.groupBy(found, ({ entity }) => entity)) {
    const entity = ports.entity(entityId);
    if (entity !== undefined) await setOf(entity, members, ports, result);
  }
  return result;
}

/** A waiting reference whose record has come. */
interface FoundReference extends WaitingReference {
  readonly targetId: Id;
}

async function setOf(
  entity: CompiledEntity,
  found: readonly FoundReference[],
  ports: ChunkPorts,
  result: ChunkResult,
): Promise<void> {
  const byRecord = Map.groupBy(found, ({ recordId }) => recordId);
  const records = await ports.records.load(entity, [...byRecord.keys()]);
  const changes = [...byRecord].flatMap(([id, members]) => {
    const json = records.get(id);
    const patch = Object.fromEntries(members.map(({ field, targetId }) => [field, targetId]));
    return json === undefined ? [] : [{ id, version: versionOf(json), patch }];
  });
  if (changes.length === 0) return;
  const changed = await ports.records.updateMany(entity, changes);
  const isFresh = ([id, members]: [Id, FoundReference[]]): boolean =>
    changed.has(id) && members.every(({ wasWritten }) => !wasWritten);
  const fresh = [...byRecord].filter(isFresh).length;
  if (fresh === 0) return;
  result.count(entity.definition.id, 'changed', fresh);
  result.count(entity.definition.id, 'unchanged', -fresh);
}

/** Gives a reference up that the record layer does not take; the record stays as it is. */
async function dropReference(course: ImportCourse, error: unknown): Promise<void> {
  await course.step(0, async (_, trx) => {
    const result = new ChunkResult();
    const [one] = await nextReferences(trx, course.record.id, 1);
    if (one === undefined) return result;
    for (const problem of errorProblems(error, one.line, course.mapping)) result.report({ ...problem, kind: 'notice' });
    await removeReferences(trx, course.record.id, one.position);
    return result;
  });
}
