import { randomUUID } from 'node:crypto';
import type { EntityDefinition, ImportTransform, Problem } from '@trellis-crm/sdk';
import type { Generation } from '../../dist/kernel/generation.js';
import type { CompiledEntity } from '../../dist/records/compiled-entity.js';
import type { ChunkPorts, RecordJson, StoredJson } from '../../dist/imports/engine/import-ports.js';
import { valueAt } from '../../dist/imports/mapping/value-at.js';

/** A generation of just these entities, as far as imports look at one. */
export function generationOf(
  definitions: readonly EntityDefinition[],
  transforms: readonly ImportTransform[] = [],
): Generation {
  const entities = new Map(
    definitions.map((definition) => [
      definition.id,
      { definition, extensions: new Map(), fields: new Map() } as unknown as CompiledEntity,
    ]),
  );
  const contributions = new Map([['core.import-transform', transforms.map((value) => ({ module: 'test', value }))]]);
  return { entities, contributions } as unknown as Generation;
}

/** A record layer in memory, so that the engine's decisions can be seen without a database. */
export class MemoryRecords {
  readonly byEntity = new Map<string, Map<string, StoredJson>>();
  readonly keys = new Map<string, string>();
  /** Says what is wrong with values; nothing unless a test sets it. */
  check: (values: RecordJson) => readonly Problem[] = () => [];
  /** Called with every set to be created; may throw. */
  beforeCreate: (inputs: readonly RecordJson[]) => void = () => undefined;

  constructor(private readonly generation: Generation) {}

  of(entity: string): StoredJson[] {
    return [...this.table(entity).values()];
  }

  ports(): ChunkPorts {
    return {
      entity: (id) => this.generation.entities.get(id),
      contextOf: () => ({}) as ReturnType<ChunkPorts['contextOf']>,
      externalIds: {
        find: async (entity, wanted) =>
          new Map(
            wanted.flatMap((key) =>
              this.keys.has(`${entity} ${key}`) ? [[key, this.keys.get(`${entity} ${key}`) ?? '']] : [],
            ),
          ),
        add: async (entity, added) => {
          for (const [key, id] of added) this.keys.set(`${entity} ${key}`, id);
        },
      },
      records: {
        check: (_, values) => this.check(values),
        mayCreate: async () => true,
        askToCreate: async () => undefined,
        askToUpdate: async () => undefined,
        findByField: async ({ definition }, path, values) =>
          this.of(definition.id).flatMap((record) =>
            valueAt(record, path)
              .filter((value) => values.includes(value))
              .map((value) => ({ id: record.id, value })),
          ),
        load: async ({ definition }, ids) =>
          new Map(
            ids.flatMap((id) =>
              this.table(definition.id).has(id) ? [[id, this.table(definition.id).get(id) ?? { id }]] : [],
            ),
          ),
        createMany: async ({ definition }, inputs) => {
          this.beforeCreate(inputs);
          return inputs.map((input) => {
            const id = randomUUID();
            this.table(definition.id).set(id, { ...input, id });
            return id;
          });
        },
        updateMany: async ({ definition }, changes) => {
          const changed = changes.filter(({ id, patch }) => differs(this.table(definition.id).get(id) ?? {}, patch));
          for (const { id, patch } of changed)
            this.table(definition.id).set(id, { ...this.table(definition.id).get(id), ...patch, id });
          return new Set(changed.map(({ id }) => id));
        },
        preview: (_, before, patch) => (differs(before, patch) ? 'changed' : 'unchanged'),
      },
    };
  }

  private table(entity: string): Map<string, StoredJson> {
    const table = this.byEntity.get(entity) ?? new Map<string, StoredJson>();
    this.byEntity.set(entity, table);
    return table;
  }
}

function differs(before: RecordJson, patch: RecordJson): boolean {
  return Object.entries(patch).some(([name, value]) => JSON.stringify(before[name]) !== JSON.stringify(value));
}
