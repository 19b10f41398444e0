import { Type, Uuid } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../http/endpoint.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import { exportParameters } from '../records/endpoint-descriptions.js';
import type { RecordRoom } from '../records/index.js';
import { recordScope } from '../records/record-scope.js';
import { permissionFor } from '../records/rights.js';
import type { ExportLabels } from './columns.js';
import type { ExportRecord } from './export-store.js';
import { exportList, exportsOf, type ExportedFile, type ExportParts } from './exports.js';

/** What the endpoints of exports need of the other rooms. */
export interface ExportEndpointParts extends ExportParts {
  readonly room: Pick<RecordRoom, 'world' | 'callOf'>;
  /** How pages call the fields of an entity. */
  labelsOf(request: EndpointRequest, entity: CompiledEntity): ExportLabels;
}

/** `GET /api/v1/<path>/export`: the list as a file, with the list's own rights. */
export function entityExportEndpoints(entity: CompiledEntity, parts: ExportEndpointParts): readonly Endpoint[] {
  const { definition, path } = entity;
  return [
    {
      method: 'GET',
      path: `/api/v1/${path}/export`,
      module: definition.module,
      surface: 'api',
      access: permissionFor(entity, 'read'),
      input: { query: 'any' },
      description: {
        operationId: `export_${definition.id.replaceAll(/[^a-z0-9]/gi, '_')}`,
        summary: `Export ${definition.plural.replaceAll('_', ' ')} as CSV or XLSX`,
        tag: path,
        query: exportParameters(entity),
        answers: { 200: null },
        failures: [422, 429],
      },
      async handle(request) {
        const scope = recordScope(parts.room.world, parts.room.callOf(request), definition.module);
        const parameters = new URLSearchParams(
          Object.entries(request.query).map(([name, value]) => [name, String(value)]),
        );
        const labels = () => parts.labelsOf(request, entity);
        return sendFile(await exportList(parts, scope, entity, { parameters, labels }));
      },
    },
  ];
}

/** `GET /api/v1/exports`: who exported what, and how many records. */
export function exportEndpoints(parts: ExportParts): readonly Endpoint[] {
  const answers = { 200: Type.Object({ data: Type.Array(ExportJson) }) };
  return [
    {
      method: 'GET',
      path: '/api/v1/exports',
      module: 'core',
      surface: 'api',
      access: 'signed-in',
      description: { operationId: 'listExports', summary: 'Exports, newest first', tag: 'exports', answers },
      handle: async ({ identity }: EndpointRequest) => {
        const exports = await exportsOf(parts, identity);
        return { status: 200, body: { data: exports.map(presentExport) } };
      },
    },
  ];
}

function sendFile({ name, type, body }: ExportedFile): EndpointResponse {
  const headers = { 'Content-Type': type, 'Content-Disposition': `attachment; filename="${name}"` };
  return { status: 200, headers, body };
}

const NullableMoment = Type.Union([Type.String({ format: 'date-time' }), Type.Null()]);

const ExportJson = Type.Object({
  id: Uuid,
  entity: Type.String(),
  format: Type.Union([Type.Literal('csv'), Type.Literal('xlsx')]),
  fields: Type.Array(Type.String()),
  query: Type.Record(Type.String(), Type.String()),
  /** Who exported; null for the operator. */
  user: Type.Union([Uuid, Type.Null()]),
  state: Type.Union([Type.Literal('running'), Type.Literal('done'), Type.Literal('broken-off')]),
  rowCount: Type.Integer(),
  rowsSent: Type.Integer(),
  startedAt: Type.String({ format: 'date-time' }),
  finishedAt: NullableMoment,
});

function presentExport({ actor, startedAt, finishedAt, ...known }: ExportRecord): object {
  return {
    ...known,
    user: actor.kind === 'user' ? actor.userId : null,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}
