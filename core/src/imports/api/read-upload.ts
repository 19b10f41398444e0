import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Transform, type Readable, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';
import { MalformedError, UnavailableError, ValidationError } from '@trellis-crm/sdk';
import { fileTooLarge, mostFileBytes } from '../receive-import.js';

/** What came with an upload: the file, and the other fields of the form. */
export interface Upload {
  /** Where its bytes lie now. */
  readonly path: string;
  /** Null for a bare body. */
  readonly fileName: string | null;
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Takes a file from `multipart/form-data` or a bare body into a folder, at most 200 MB and with no pause longer than a minute. It is
 * never in memory as a whole.
 * @param folder of the caller, who removes it
 * @throws TooLargeError `file_too_large`, MalformedError `malformed_form`, ValidationError `no_file`
 */
export async function readUpload(stream: Readable, contentType: string, folder: string): Promise<Upload> {
  const path = join(folder, 'upload');
  return withPatience(stream, () =>
    contentType.startsWith('multipart/form-data') ? readForm(stream, contentType, path) : readBare(stream, path),
  );
}

const patienceMs = 60_000;

/** An upload that stands still is given up, so that it does not hold its place. */
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

async function readBare(stream: Readable, path: string): Promise<Upload> {
  await keep(stream, path);
  return { path, fileName: null, fields: {} };
}

/** @returns the path, once everything lies there */
async function keep(stream: Readable, path: string): Promise<string> {
  const state = { sizeBytes: 0 };
  const measure = new Transform({
    transform(bytes: Buffer, _, done: TransformCallback) {
      state.sizeBytes += bytes.length;
      if (state.sizeBytes > mostFileBytes) done(fileTooLarge());
      else done(null, bytes);
    },
  });
  await pipeline(stream, measure, createWriteStream(path, { mode: 0o600 }));
  return path;
}

function readForm(stream: Readable, contentType: string, path: string): Promise<Upload> {
  const { promise, resolve, reject } = Promise.withResolvers<Upload>();
  const fields: Record<string, string> = {};
  const file: { path?: Promise<string>; name?: string | undefined } = {};
  const form = createForm(contentType);
  form.on('field', (name, value) => (fields[name] = value));
  form.on('file', (_, part, { filename }) => {
    file.name = filename;
    file.path = keep(part, path);
    file.path.catch(reject);
    part.on('limit', () => reject(fileTooLarge()));
  });
  form.on('filesLimit', () =>
    reject(new ValidationError('one_file_only', {}, { message: 'Send one file at a time.' })),
  );
  form.on('error', (cause) => reject(new MalformedError('malformed_form', {}, { cause })));
  form.on('close', () => resolve(uploadOf(file.path, file.name, fields)));
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
  path: Promise<string> | undefined,
  fileName: string | undefined,
  fields: Upload['fields'],
): Promise<Upload> {
  const errors = [{ pointer: '/file', code: 'required', message: 'is missing' }];
  if (path === undefined) throw new ValidationError('no_file', {}, { message: 'The form has no file.', errors });
  return { path: await path, fileName: fileName ?? null, fields };
}
