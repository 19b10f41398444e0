import { ConflictError, ForbiddenError, type Id } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { uuidV7 } from '../../database/uuid-v7.js';
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

/** What a dry run would have written so far: later rows may refer to it. Lives in memory, for one run. */
export class PlannedRecords {
  private readonly keys = new Map<string, Id>();
  private readonly ids = new Set<Id>();

  /** @param before what earlier sets planned */
  constructor(private readonly before?: PlannedRecords) {}

  /** Whether a record is only planned. */
  has(id: Id): boolean {
    return this.ids.has(id) || this.before?.has(id) === true;
  }

  /** The planned record of a key. */
  find(place: string): Id | undefined {
    return this.keys.get(place) ?? this.before?.find(place);
  }

  /** Plans a record. */
  add(id: Id, places: readonly string[]): void {
    this.ids.add(id);
    for (const place of places) this.keys.set(place, id);
  }

  /** Plans a key of a record, be it planned or there already. */
  link(place: string, id: Id): void {
    this.keys.set(place, id);
  }

  /** Takes over what a set planned, once it has gone through. */
  absorb(planned: PlannedRecords): void {
    for (const id of planned.ids) this.ids.add(id);
    for (const [place, id] of planned.keys) this.keys.set(place, id);
  }
}

/** Ports that write nothing: what an import would create or change is checked, counted and remembered. */
export function previewPorts(ports: ChunkPorts, planned: PlannedRecords): ChunkPorts {
  return {
    ...ports,
    records: previewRecords(ports.records, planned),
    externalIds: previewKeys(ports.externalIds, planned),
  };
}

function previewRecords(records: ImportRecords, planned: PlannedRecords): ImportRecords {
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
  planned: PlannedRecords,
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
  return inputs.map((input) => plan(planned, entity, input));
}

/** Whether a value names a record that is only planned: a guard would look for it in vain. */
function namesPlanned(planned: PlannedRecords, value: unknown): boolean {
  if (typeof value === 'string') return planned.has(value);
  return (
    typeof value === 'object' && value !== null && Object.values(value).some((part) => namesPlanned(planned, part))
  );
}

/** Nobody knows yet which team an owner will be in who is planned only; the actor stands in. */
function withoutPlannedOwner(planned: PlannedRecords, { owner, ...input }: RecordJson): RecordJson {
  return owner === undefined || (typeof owner === 'string' && planned.has(owner)) ? input : { ...input, owner };
}

function previewKeys(keys: ExternalIds, planned: PlannedRecords): ExternalIds {
  return {
    async find(entity, wanted) {
      const unborn = wanted.flatMap((key): [string, Id][] => {
        const id = planned.find(keyPlace(entity, key));
        return id === undefined ? [] : [[key, id]];
      });
      return new Map([...unborn, ...(await keys.find(entity, wanted))]);
    },
    add(entity, added) {
      for (const [key, id] of added) planned.link(keyPlace(entity, key), id);
      return Promise.resolve();
    },
  };
}

function plannedWith(
  planned: PlannedRecords,
  entity: CompiledEntity,
  path: string,
  values: readonly unknown[],
): FoundRecord[] {
  return values.flatMap((value) => {
    const id = planned.find(valuePlace(entity, path, value));
    return id === undefined ? [] : [{ id, value }];
  });
}

/** Remembered by what records are looked up by: their title and their unique values. */
function plan(planned: PlannedRecords, entity: CompiledEntity, input: RecordJson): Id {
  const id = uuidV7();
  planned.add(
    id,
    lookedUpBy(entity).flatMap((path) => valueAt(input, path).map((value) => valuePlace(entity, path, value))),
  );
  return id;
}

function lookedUpBy({ definition }: CompiledEntity): readonly string[] {
  return [...new Set([definition.title, ...uniqueFields(definition.fields)])];
}

function uniqueFields(fields: CompiledEntity['definition']['fields']): readonly string[] {
  return Object.keys(fields).filter((name) => fields[name]?.unique === true);
}

function keyPlace(entity: string, key: string): string {
  return `${entity} #${key}`;
}

function valuePlace(entity: CompiledEntity, path: string, value: unknown): string {
  return `${entity.definition.id} ${path}=${String(value)}`;
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
