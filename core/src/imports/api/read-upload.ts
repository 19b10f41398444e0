import type { Readable } from 'node:stream';
import busboy from 'busboy';
import { MalformedError, UnavailableError, ValidationError } from '@trellis-crm/sdk';
import { fileTooLarge, mostFileBytes } from '../receive-import.js';

/** What came with an upload: the file, and the other fields of the form. */
export interface Upload {
  readonly bytes: Buffer;
  /** Null for a bare body. */
  readonly fileName: string | null;
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Reads a file from `multipart/form-data` or a bare body, at most 50 MB and with no pause longer than a minute.
 * @throws TooLargeError `file_too_large`, MalformedError `malformed_form`, ValidationError `no_file`
 */
export async function readUpload(stream: Readable, contentType: string): Promise<Upload> {
  return withPatience(stream, () =>
    contentType.startsWith('multipart/form-data') ? readForm(stream, contentType) : readBare(stream),
  );
}

const patienceMs = 60_000;

/** An upload that stands still is given up, so that it does not hold its memory. */
async function withPatience<T>(stream: Readable, read: () => Promise<T>): Promise<T> {
  const giveUp = (): void => void stream.destroy(new UnavailableError('upload_stalled', { retryAfterSeconds: 5 }));
  const timer = setTimeout(giveUp, patienceMs);
  const onData = (): void => void timer.refresh();
  stream.on('data', onData).pause();
  try {
    return await read();
  } finally {
    clearTimeout(timer);
    stream.off('data', onData);
  }
}

async function readBare(stream: Readable): Promise<Upload> {
  return { bytes: await collect(stream), fileName: null, fields: {} };
}

async function collect(stream: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const bytes of stream as AsyncIterable<Buffer>) {
    size += bytes.length;
    if (size > mostFileBytes) throw fileTooLarge();
    pieces.push(bytes);
  }
  return Buffer.concat(pieces);
}

function readForm(stream: Readable, contentType: string): Promise<Upload> {
  const { promise, resolve, reject } = Promise.withResolvers<Upload>();
  const fields: Record<string, string> = {};
  const file: { bytes?: Promise<Buffer>; name?: string | undefined } = {};
  const form = createForm(contentType);
  form.on('field', (name, value) => (fields[name] = value));
  form.on('file', (_, part, { filename }) => {
    file.name = filename;
    file.bytes = collect(part);
    file.bytes.catch(reject);
    part.on('limit', () => reject(fileTooLarge()));
  });
  form.on('filesLimit', () =>
    reject(new ValidationError('one_file_only', {}, { message: 'Send one file at a time.' })),
  );
  form.on('error', (cause) => reject(new MalformedError('malformed_form', {}, { cause })));
  form.on('close', () => resolve(uploadOf(file.bytes, file.name, fields)));
  stream.on('error', reject).pipe(form);
  return promise;
}

function createForm(contentType: string): busboy.Busboy {
  const limits = { files: 1, fileSize: mostFileBytes, fields: 20, fieldSize: 256 * 1024, parts: 25 };
  try {
    return busboy({ headers: { 'content-type': contentType }, limits, defParamCharset: 'utf8' });
  } catch (cause) {
    throw new MalformedError('malformed_form', {}, { message: 'The form has no boundary.', cause });
  }
}

async function uploadOf(
  bytes: Promise<Buffer> | undefined,
  fileName: string | undefined,
  fields: Upload['fields'],
): Promise<Upload> {
  const errors = [{ pointer: '/file', code: 'required', message: 'is missing' }];
  if (bytes === undefined) throw new ValidationError('no_file', {}, { message: 'The form has no file.', errors });
  return { bytes: await bytes, fileName: fileName ?? null, fields };
}
