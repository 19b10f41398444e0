import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Transform, type Readable, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ValidationError } from '@trellis-crm/sdk';
import { readMultipart, withPatience } from '../../files/read-multipart.js';
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

async function readForm(stream: Readable, contentType: string, path: string): Promise<Upload> {
  const { fields, files } = await readMultipart(stream, contentType, {
    limits: { files: 1, fileSize: mostFileBytes },
    take: (part) => keep(part, path),
    refusals: { tooLarge: fileTooLarge, tooMany: oneFileOnly },
  });
  const [file] = files;
  const errors = [{ pointer: '/file', code: 'required', message: 'is missing' }];
  if (file === undefined) throw new ValidationError('no_file', {}, { message: 'The form has no file.', errors });
  const last = Object.fromEntries([...fields].map(([name, values]) => [name, values.at(-1) ?? '']));
  return { path: file.value, fileName: file.name ?? null, fields: last };
}

/** The refusal of several files where one is asked for. */
function oneFileOnly(): ValidationError {
  return new ValidationError('one_file_only', {}, { message: 'Send one file at a time.' });
}
