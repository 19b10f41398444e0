import { Readable } from 'node:stream';
import { MalformedError, Type, Uuid, type PermissionKey } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../../http/endpoint.js';
import { AsShown, plainReasons, type ReasonTexts } from '../../http/reason-texts.js';
import { SchemaChecks } from '../../http/validation.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import type { Imports } from '../import-service.js';
import type { ImportMapping } from '../mapping/mapping.js';
import { ImportParameters, requestOf } from './import-parameters.js';
import { ImportJson, ImportWithProblems, presentImport, presentProblems } from './present-import.js';
import { withUpload } from './with-upload.js';

const bodyTypes = [
  'text/csv',
  'text/vcard',
  'text/x-vcard',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'multipart/form-data',
];
const OneImport = Type.Object({ data: ImportJson });

/** `POST /api/v1/imports` and what became of them. */
export function importEndpoints(
  imports: () => Imports,
  textsOf: (request: EndpointRequest) => ReasonTexts,
): readonly Endpoint[] {
  return [
    acceptEndpoint(imports),
    listEndpoint(imports),
    showEndpoint(imports),
    resumeEndpoint(imports),
    cancelEndpoint(imports),
    refusedEndpoint(imports, textsOf),
  ];
}

/** `POST /api/v1/<path>/import`: the same for rows of one entity. */
export function entityImportEndpoints(entity: CompiledEntity, imports: () => Imports): readonly Endpoint[] {
  const { definition, path } = entity;
  if (definition.without?.includes('import') === true) return [];
  const access: PermissionKey = `${definition.id}:import`;
  return [
    {
      method: 'POST',
      path: `/api/v1/${path}/import`,
      module: definition.module,
      surface: 'api',
      access,
      input: { query: ImportParameters, body: { kind: 'stream', types: bodyTypes } },
      description: {
        operationId: `import_${definition.id.replaceAll(/[^a-z0-9]/gi, '_')}`,
        summary: `Import ${definition.plural.replaceAll('_', ' ')} from a file`,
        tag: path,
        answers: { 202: OneImport },
        // The saved mapping that it names.
        failures: [404],
      },
      handle: (request) => accept(imports(), request, definition.id),
    },
  ];
}

const tag = 'imports';
const signedIn = { module: 'core', surface: 'api', access: 'signed-in' } as const;

function acceptEndpoint(imports: () => Imports): Endpoint {
  return {
    ...signedIn,
    method: 'POST',
    path: '/api/v1/imports',
    input: { query: ImportParameters, body: { kind: 'stream', types: bodyTypes } },
    description: {
      operationId: 'createImport',
      summary: 'Import a CSV, XLSX or vCard file',
      tag,
      answers: { 202: OneImport },
      failures: [404],
    },
    handle: (request) => accept(imports(), request),
  };
}

function listEndpoint(imports: () => Imports): Endpoint {
  const answers = { 200: Type.Object({ data: Type.Array(ImportJson) }) };
  return {
    ...signedIn,
    method: 'GET',
    path: '/api/v1/imports',
    description: { operationId: 'listImports', summary: 'Imports, newest first', tag, answers },
    handle: async ({ identity }) => {
      const records = await imports().list(identity);
      return { status: 200, body: { data: records.map(presentImport) } };
    },
  };
}

function showEndpoint(imports: () => Imports): Endpoint {
  const answers = { 200: ImportWithProblems };
  return {
    ...signedIn,
    method: 'GET',
    path: '/api/v1/imports/:id',
    input: { params: { id: Uuid } },
    description: { operationId: 'getImport', summary: 'Progress and outcome of an import', tag, answers },
    handle: (request) => show(imports(), request),
  };
}

function resumeEndpoint(imports: () => Imports): Endpoint {
  const summary = 'Go on with an import that was given up or interrupted, behind its last row';
  return {
    ...signedIn,
    method: 'POST',
    path: '/api/v1/imports/:id/resumption',
    input: { params: { id: Uuid } },
    description: { operationId: 'resumeImport', summary, tag, answers: { 202: OneImport } },
    handle: async ({ params, identity }) => {
      const record = await imports().resume(params['id'] ?? '', identity);
      return { status: 202, body: { data: presentImport(record) } };
    },
  };
}

function cancelEndpoint(imports: () => Imports): Endpoint {
  const summary = 'Stop an import that waits or is under way; what went in stays, and can be taken back';
  return {
    ...signedIn,
    method: 'POST',
    path: '/api/v1/imports/:id/cancellation',
    input: { params: { id: Uuid } },
    description: { operationId: 'cancelImport', summary, tag, answers: { 200: OneImport } },
    handle: async ({ params, identity }) => {
      const record = await imports().cancel(params['id'] ?? '', identity);
      return { status: 200, body: { data: presentImport(record) } };
    },
  };
}

function refusedEndpoint(imports: () => Imports, textsOf: (request: EndpointRequest) => ReasonTexts): Endpoint {
  const summary = 'Rows kept out, with the reason, as CSV';
  return {
    ...signedIn,
    method: 'GET',
    path: '/api/v1/imports/:id/refused.csv',
    input: { params: { id: Uuid }, query: AsShown },
    description: { operationId: 'getRefusedRows', summary, tag, answers: { 200: null } },
    handle: (request) =>
      refused(imports(), request, request.query['labels'] === 'true' ? textsOf(request) : plainReasons),
  };
}

async function accept(imports: Imports, request: EndpointRequest, entity?: string): Promise<EndpointResponse> {
  const { fileName } = request.query;
  return withUpload(request, typeof fileName === 'string' ? fileName : undefined, async ({ file, fields }) => {
    const parameters = checkFields({ ...request.query, ...fields });
    const given = requestOf(file, parameters, entity);
    const kept = await keptMapping(imports, parameters, request);
    const record = await imports.submit(kept === null ? given : { ...given, mapping: kept }, request.identity);
    const headers = { Location: `/api/v1/imports/${record.id}` };
    return { status: 202, headers, body: { data: presentImport(record) } };
  });
}

/** The mapping that was kept under the id named beside the file. */
async function keptMapping(
  { kept }: Imports,
  { mapping, mappingId }: ImportParameters,
  { identity }: EndpointRequest,
): Promise<ImportMapping | null> {
  if (mappingId === undefined) return null;
  if (mapping === undefined) return kept.mappingFor(mappingId, identity);
  throw new MalformedError('invalid_parameter', {}, { message: 'Name a mapping or send one, not both.' });
}

const problemsShown = 100;

async function show(imports: Imports, { params, identity }: EndpointRequest): Promise<EndpointResponse> {
  const record = await imports.get(params['id'] ?? '', identity);
  const problems = presentProblems(await imports.problems(record, problemsShown));
  return { status: 200, body: { data: { ...presentImport(record), problems } } };
}

async function refused(
  imports: Imports,
  { params, identity }: EndpointRequest,
  texts: ReasonTexts,
): Promise<EndpointResponse> {
  const record = await imports.get(params['id'] ?? '', identity);
  const headers = {
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': `attachment; filename="refused-${record.id}.csv"`,
  };
  return { status: 200, headers, body: Readable.from(imports.refused(record, texts)) };
}

/** Fields of a form are text, like a query's. */
function checkFields(fields: Readonly<Record<string, unknown>>): ImportParameters {
  const value: Record<string, unknown> = { ...fields };
  const errors = checks.for('query', ImportParameters).problems(value);
  if (errors.length > 0) throw new MalformedError('invalid_parameter', {}, { errors });
  return value;
}

const checks = new SchemaChecks();
