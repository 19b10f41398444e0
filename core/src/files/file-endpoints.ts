import { create as dispositionOf } from 'content-disposition';
import {
  ForbiddenError,
  MalformedError,
  NotFoundError,
  Type,
  UnavailableError,
  Uuid,
  type StoredFile,
} from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../http/endpoint.js';
import { mayAttachFiles } from '../records/files/may-attach.js';
import { readableFiles } from '../records/files/readable-files.js';
import { recordScope } from '../records/record-scope.js';
import type { RecordRoom } from '../records/index.js';
import type { FileStore, ReceivedFile } from './file-store.js';
import { withFormFile, withSentFile } from './read-files.js';

/** What the endpoints of files need of the other rooms. */
export interface FileEndpointParts {
  readonly room: Pick<RecordRoom, 'world' | 'callOf'>;
  store(): FileStore;
}

/** `POST /api/v1/files`, `GET /api/v1/files/:id`, and the address that pages lead to. */
export function fileEndpoints(parts: FileEndpointParts): readonly Endpoint[] {
  return [uploadEndpoint(parts), contentEndpoint(parts), pageEndpoint(parts)];
}

const tag = 'files';
const FileJson = Type.Object({
  id: Uuid,
  name: Type.String(),
  type: Type.String(),
  size: Type.Integer(),
});

/** The name of a bare body's file; a form brings its own. */
const UploadQuery = Type.Object(
  { name: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })) },
  { additionalProperties: false },
);

function uploadEndpoint({ store }: FileEndpointParts): Endpoint {
  return {
    method: 'POST',
    path: '/api/v1/files',
    module: 'core',
    surface: 'api',
    access: 'signed-in',
    input: { query: UploadQuery, body: { kind: 'stream', types: ['application/octet-stream', 'multipart/form-data'] } },
    description: {
      operationId: 'uploadFile',
      summary: 'Upload a file, to be attached to a record by its id within a day',
      tag,
      answers: { 201: FileJson },
      failures: [413, 415, 422, 429, 503],
    },
    async handle(request) {
      const file = await upload(store(), request);
      return { status: 201, headers: { Location: `/api/v1/files/${file.id}` }, body: file };
    },
  };
}

async function upload(store: FileStore, request: EndpointRequest): Promise<StoredFile> {
  const { bodyStream: stream, generation, identity, query } = request;
  if (!mayAttachFiles(identity, generation.entities.values())) throw new ForbiddenError('forbidden');
  if (stream === null) throw new MalformedError('body_missing');
  const contentType = request.header('Content-Type');
  const keep = async (file: ReceivedFile): Promise<StoredFile> => {
    const [stored] = await store.store([file], identity);
    if (stored === undefined) throw new Error('a file was stored and is not there');
    return stored;
  };
  if (contentType.startsWith('multipart/form-data')) return withFormFile(store, { stream, contentType }, keep);
  const name = typeof query['name'] === 'string' ? query['name'] : undefined;
  return withSentFile(store, { stream, name }, keep);
}

function contentEndpoint(parts: FileEndpointParts): Endpoint {
  return {
    method: 'GET',
    path: '/api/v1/files/:id',
    module: 'core',
    surface: 'api',
    access: 'signed-in',
    input: { params: { id: Uuid } },
    description: {
      operationId: 'downloadFile',
      summary: 'Content of a file, for who may read a record that holds it, or uploaded it',
      tag,
      answers: { 200: null },
      failures: [503],
    },
    handle: (request) => download(parts, request, 'attachment'),
  };
}

/** The same for browsers: pictures are shown, anything else is saved. */
function pageEndpoint(parts: FileEndpointParts): Endpoint {
  return {
    method: 'GET',
    path: '/files/:id',
    module: 'core',
    surface: 'page',
    access: 'signed-in',
    input: { params: { id: Uuid } },
    handle: (request) => download(parts, request, 'inline'),
  };
}

/** Pictures that browsers draw and never run. */
const shown: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/bmp',
]);

async function download(
  { room, store }: FileEndpointParts,
  request: EndpointRequest,
  wanted: 'attachment' | 'inline',
): Promise<EndpointResponse> {
  const id = request.params['id']?.toLowerCase() ?? '';
  const file = (await readableFiles(recordScope(room.world, room.callOf(request), 'core'), [id])).get(id);
  if (file === undefined) throw new NotFoundError('file_not_found');
  const body = await store().open(file.sha256);
  if (body === null) throw new UnavailableError('file_content_missing', { retryAfterSeconds: 60 });
  return {
    status: 200,
    headers: {
      'Content-Type': file.type,
      'Content-Length': String(file.size),
      'Content-Disposition': dispositionOf(file.name, { type: shown.has(file.type) ? wanted : 'attachment' }),
      // Kept by the browser, shown only after it was asked whether this reader still may.
      'Cache-Control': 'private, no-cache',
      ETag: `"${file.sha256}"`,
      // Should a browser open it all the same, it is nobody's page: no scripts, no forms, no origin.
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'X-Content-Type-Options': 'nosniff',
    },
    body,
  };
}
