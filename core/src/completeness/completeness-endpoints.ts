import { Type, ValidationError } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Identity } from '../auth/identity.js';
import { prepare, runPrepared } from '../database/prepared.js';
import type { Endpoint } from '../http/endpoint.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import { permissionFor } from '../records/rights.js';
import { countableFields, type Weights } from './completeness.js';

const Weighted = Type.Object(
  { weights: Type.Record(Type.String(), Type.Integer({ minimum: 0, maximum: 100 })) },
  { additionalProperties: false },
);

/** `/api/v1/<path>/completeness`: how much each field counts for how complete a record is. None where the declaration does not say. */
export function completenessEndpoints(entity: CompiledEntity, knex: Knex): readonly Endpoint[] {
  return entity.definition.completeness === undefined ? [] : [readEndpoint(entity, knex), writeEndpoint(entity, knex)];
}

function readEndpoint(entity: CompiledEntity, knex: Knex): Endpoint {
  const { id } = entity.definition;
  return {
    ...commonOf(entity),
    method: 'GET',
    access: permissionFor(entity, 'read'),
    description: { ...aboutOf(entity), operationId: `${id}.completeness`, summary: 'How much each field counts' },
    async handle({ identity }) {
      const known = knownFields(entity, identity);
      const weights = Object.entries(await readWeights(knex, entity)).filter(([field]) => known.has(field));
      return { status: 200, body: { weights: Object.fromEntries(weights) } };
    },
  };
}

function writeEndpoint(entity: CompiledEntity, knex: Knex): Endpoint {
  const { id } = entity.definition;
  const summary = 'Say how much each field counts';
  return {
    ...commonOf(entity),
    method: 'PUT',
    access: 'core.settings:administer',
    input: { body: { kind: 'json', schema: Weighted } },
    description: { ...aboutOf(entity), operationId: `${id}.setCompleteness`, summary, body: Weighted },
    async handle({ identity, body }) {
      const { weights } = body as { readonly weights: Weights };
      const known = knownFields(entity, identity);
      const errors = Object.keys(weights)
        .filter((field) => !known.has(field))
        .map((field) => ({ pointer: `/weights/${field}`, code: 'unknown_field', message: 'is not a field' }));
      if (errors.length > 0) throw new ValidationError('invalid_weights', {}, { errors });
      await knex.raw(
        `insert into core.completeness_weights (entity, weights) values (?, ?)
         on conflict (entity) do update set weights = excluded.weights`,
        [id, JSON.stringify(weights)],
      );
      return { status: 200, body: { weights } };
    },
  };
}

function commonOf({ definition, path }: CompiledEntity) {
  return { path: `/api/v1/${path}/completeness`, module: definition.module, surface: 'api' } as const;
}

function aboutOf({ definition }: CompiledEntity) {
  return { tag: definition.id, answers: { 200: Weighted } };
}

function knownFields(entity: CompiledEntity, identity: Identity): ReadonlySet<string> {
  return new Set(countableFields({ identity, elevatedFor: null }, entity).map(({ path }) => path));
}

async function readWeights(knex: Knex, { definition }: CompiledEntity): Promise<Weights> {
  const [row] = await runPrepared(knex, weightsStatement, [definition.id]);
  return (row?.[0] as Weights | undefined) ?? definition.completeness ?? {};
}

const weightsStatement = prepare('select weights from core.completeness_weights where entity = $1::text');
