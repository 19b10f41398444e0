import type { Readable } from 'node:stream';
import { ValidationError, type TooLargeError } from '@trellis-crm/sdk';
import type { FileStore, ReceivedFile } from './file-store.js';
import { fileTooLarge } from './file-store.js';
import { readMultipart, withPatience } from './read-multipart.js';
import type { ReceivedContent } from './content-folder.js';
import type { SentFile } from './sent-file.js';

/** What a form with files is read from. */
interface FormSource {
  readonly stream: Readable;
  readonly contentType: string;
  readonly maxFiles: number;
}

/** A form with files that lie aside until they are stored. */
export interface SentForm {
  /** Values by name, in their order. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly files: readonly SentFile[];
}

/**
 * Takes a form with files in. A control without a file counts as not sent; of a file that is too large the beginning comes in.
 * @param received gets what came in, also when this fails: the caller drops it in the end
 * @throws ValidationError `too_many_files`, TooLargeError `body_too_large`, MalformedError, UnavailableError
 */
export async function receiveForm(
  store: FileStore,
  { stream, contentType, maxFiles }: FormSource,
  received: ReceivedContent[],
  tooLarge?: () => TooLargeError,
): Promise<SentForm> {
  const take = async (part: Readable): Promise<ReceivedContent> => {
    const content = await store.receive(part);
    received.push(content);
    return content;
  };
  const limits = { files: maxFiles, fileSize: store.maxBytes };
  const refusals = { tooMany: () => tooManyFiles(maxFiles), ...(tooLarge && { tooLarge }) };
  const form = await withPatience(stream, () => readMultipart(stream, contentType, { limits, take, refusals }));
  const files = form.files
    .filter(({ name, value }) => (name ?? '') !== '' || value.sizeBytes > 0)
    .map(({ field, name, value, isCut }) => ({ field, name, content: value, isCut }));
  return { fields: form.fields, files };
}

/** Takes the only file of a form in, works with it, and drops what the work did not store. @throws TooLargeError, ValidationError `no_file` */
export async function withFormFile<T>(
  store: FileStore,
  source: Omit<FormSource, 'maxFiles'>,
  work: (file: ReceivedFile) => Promise<T>,
): Promise<T> {
  const received: ReceivedContent[] = [];
  try {
    const tooLarge = (): TooLargeError => fileTooLarge(store.maxBytes);
    const { files } = await receiveForm(store, { ...source, maxFiles: 1 }, received, tooLarge);
    const [sent] = files;
    const errors = [{ pointer: '/file', code: 'required', message: 'is missing' }];
    if (sent === undefined) throw new ValidationError('no_file', {}, { message: 'The form has no file.', errors });
    return await work(await store.recognise(sent.content, sent.name));
  } finally {
    await store.drop(received);
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
    await store.drop([content]);
  }
}

function tooManyFiles(max: number): ValidationError {
  const message = max === 1 ? 'Send one file at a time.' : `Send ${max} files at most.`;
  const errors = [{ pointer: '/file', code: 'too_many_files', message }];
  return new ValidationError('too_many_files', { max }, { message, errors });
}
