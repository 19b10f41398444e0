import { ConflictError, ForbiddenError, type Id } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { valueAt } from '../mapping/value-at.js';
import type {
  ChunkPorts,
  ExternalIds,
  FoundRecord,
  ImportRecords,
  RecordChange,
  RecordJson,
  StoredJson,
} from './import-ports.js';
import { uniqueFields, type PlannedSet } from './planned-records.js';

/** Ports that write nothing: what an import would create or change is checked, counted and remembered. */
export function previewPorts(ports: ChunkPorts, planned: PlannedSet): ChunkPorts {
  return {
    ...ports,
    records: previewRecords(ports.records, planned),
    externalIds: previewKeys(ports.externalIds, planned),
  };
}

function previewRecords(records: ImportRecords, planned: PlannedSet): ImportRecords {
  return {
    check: (entity, values, verb) => records.check(entity, values, verb),
    mayCreate: (entity, inputs) => records.mayCreate(entity, inputs),
    preview: (entity, before, patch) => records.preview(entity, before, patch),
    askToCreate: (entity, inputs) => records.askToCreate(entity, inputs),
    askToUpdate: (entity, changes) => records.askToUpdate(entity, changes),
    async findByField(entity, path, values) {
      return [...(await records.findByField(entity, path, values)), ...plannedWith(planned, entity, path, values)];
    },
    async load(entity, ids) {
      const real = await records.load(
        entity,
        ids.filter((id) => !planned.has(id)),
      );
      const unborn = ids.filter((id) => planned.has(id)).map((id): [Id, StoredJson] => [id, { id }]);
      return new Map([...real, ...unborn]);
    },
    createMany: (entity, inputs) => planMany(records, planned, entity, inputs),
    async updateMany(entity, changes) {
      const before = await records.load(
        entity,
        changes.map(({ id }) => id).filter((id) => !planned.has(id)),
      );
      const changed = changes.filter((change) => isChange(records, entity, change, before));
      await records.askToUpdate(
        entity,
        changed.filter(({ id, patch }) => !planned.has(id) && !namesPlanned(planned, patch)),
      );
      return new Set(changed.map(({ id }) => id));
    },
  };
}

async function planMany(
  records: ImportRecords,
  planned: PlannedSet,
  entity: CompiledEntity,
  inputs: readonly RecordJson[],
): Promise<readonly Id[]> {
  const isAllowed = await records.mayCreate(
    entity,
    inputs.map((input) => withoutPlannedOwner(planned, input)),
  );
  if (!isAllowed) throw new ForbiddenError('owner_out_of_reach', { entity: entity.definition.id });
  await refuseTaken(records, entity, inputs);
  await records.askToCreate(
    entity,
    inputs.filter((input) => !namesPlanned(planned, input)),
  );
  return inputs.map((input) => planned.add(entity, input));
}

/** Whether a value names a record that is only planned: a guard would look for it in vain. */
function namesPlanned(planned: PlannedSet, value: unknown): boolean {
  if (typeof value === 'string') return planned.has(value);
  return (
    typeof value === 'object' && value !== null && Object.values(value).some((part) => namesPlanned(planned, part))
  );
}

/** Nobody knows yet which team an owner will be in who is planned only; the actor stands in. */
function withoutPlannedOwner(planned: PlannedSet, { owner, ...input }: RecordJson): RecordJson {
  return owner === undefined || (typeof owner === 'string' && planned.has(owner)) ? input : { ...input, owner };
}

function previewKeys(keys: ExternalIds, planned: PlannedSet): ExternalIds {
  return {
    async find(entity, wanted) {
      const unborn = wanted.flatMap((key): [string, Id][] => {
        const id = planned.findKey(entity, key);
        return id === undefined ? [] : [[key, id]];
      });
      return new Map([...unborn, ...(await keys.find(entity, wanted))]);
    },
    add(entity, added) {
      for (const [key, id] of added) planned.link(entity, key, id);
      return Promise.resolve();
    },
  };
}

function plannedWith(
  planned: PlannedSet,
  entity: CompiledEntity,
  path: string,
  values: readonly unknown[],
): FoundRecord[] {
  return values.flatMap((value) => {
    const id = planned.findValue(entity, path, value);
    return id === undefined ? [] : [{ id, value }];
  });
}

async function refuseTaken(
  records: ImportRecords,
  entity: CompiledEntity,
  inputs: readonly RecordJson[],
): Promise<void> {
  for (const name of uniqueFields(entity.definition.fields)) {
    const values = inputs.flatMap((input) => valueAt(input, name));
    const taken = values.length === 0 ? [] : await records.findByField(entity, name, values);
    if (taken.length === 0) continue;
    const problem = { pointer: `/${name}`, code: 'not_unique', message: 'is taken by another record' };
    throw new ConflictError('not_unique', { field: name }, { errors: [problem] });
  }
}

function isChange(
  records: ImportRecords,
  entity: CompiledEntity,
  { id, patch }: RecordChange,
  before: ReadonlyMap<Id, StoredJson>,
): boolean {
  const json = before.get(id);
  if (json === undefined) return true;
  const outcome = records.preview(entity, json, patch);
  if (outcome === 'forbidden') throw new ForbiddenError('may_not_update', { entity: entity.definition.id });
  return outcome === 'changed';
}
