import type { Readable } from 'node:stream';
import { ValidationError } from '@trellis-crm/sdk';
import type { FileStore, ReceivedFile } from './file-store.js';
import { fileTooLarge } from './file-store.js';
import { readMultipart, withPatience } from './read-multipart.js';
import type { ReceivedContent } from './content-folder.js';

/** A form with files that lie aside until they are stored. */
export interface SentForm {
  /** Values by name, in their order. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly files: readonly { readonly field: string; readonly file: ReceivedFile }[];
}

/**
 * Takes a form with files in, works with it, and forgets what the work did not store. A control without a file counts as not sent.
 * @throws TooLargeError, ValidationError `too_many_files`, `file_empty`, `file_type_refused`, MalformedError, and what the work throws
 */
export async function withSentForm<T>(
  store: FileStore,
  sent: { readonly stream: Readable; readonly contentType: string; readonly maxFiles: number },
  work: (form: SentForm) => Promise<T>,
): Promise<T> {
  const received: ReceivedContent[] = [];
  const take = async (part: Readable): Promise<ReceivedContent> => {
    const content = await store.receive(part);
    received.push(content);
    return content;
  };
  try {
    const form = await withPatience(sent.stream, () =>
      readMultipart(sent.stream, sent.contentType, {
        limits: { files: sent.maxFiles, fileSize: store.maxBytes + 1 },
        take,
        refusals: { tooLarge: () => fileTooLarge(store.maxBytes), tooMany: () => tooManyFiles(sent.maxFiles) },
      }),
    );
    const given = form.files.filter(({ name, value }) => (name ?? '') !== '' || value.sizeBytes > 0);
    const files = given.map(async ({ field, name, value }) => ({ field, file: await store.recognise(value, name) }));
    return await work({ fields: form.fields, files: await Promise.all(files) });
  } finally {
    for (const content of received) await store.folder.drop(content);
  }
}

/** Takes a bare body in as one file. @throws the same */
export async function withSentFile<T>(
  store: FileStore,
  sent: { readonly stream: Readable; readonly name: string | undefined },
  work: (file: ReceivedFile) => Promise<T>,
): Promise<T> {
  const content = await withPatience(sent.stream, () => store.receive(sent.stream));
  try {
    return await work(await store.recognise(content, sent.name));
  } finally {
    await store.folder.drop(content);
  }
}

function tooManyFiles(max: number): ValidationError {
  const message = max === 1 ? 'Send one file at a time.' : `Send ${max} files at most.`;
  const errors = [{ pointer: '/file', code: 'too_many_files', message }];
  return new ValidationError('too_many_files', { max }, { message, errors });
}
