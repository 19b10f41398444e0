import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MalformedError } from '@trellis-crm/sdk';
import type { EndpointRequest } from '../../http/endpoint.js';
import { fileAtPath, type ImportFile } from '../files/import-file.js';
import { authorizeSomeImport } from '../import-target.js';
import { readUpload, type Upload } from './read-upload.js';

/** A file that was sent, and the other fields of its form. */
export interface SentFile {
  readonly file: ImportFile;
  readonly fields: Upload['fields'];
}

/**
 * Takes the file of a request into a folder that lives as long as the work on it; nothing of whoever may import nothing.
 * @throws ForbiddenError `may_not_import`, MalformedError `body_missing`
 */
export async function withUpload<T>(
  request: EndpointRequest,
  fileName: string | undefined,
  work: (sent: SentFile) => Promise<T>,
): Promise<T> {
  authorizeSomeImport(request);
  if (request.bodyStream === null) throw new MalformedError('body_missing');
  const folder = await mkdtemp(join(tmpdir(), 'trellis-import-'));
  try {
    const upload = await readUpload(request.bodyStream, request.header('Content-Type'), folder);
    const name = upload.fileName ?? fileName ?? 'import.csv';
    return await work({ file: await fileAtPath(name, upload.path), fields: upload.fields });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
