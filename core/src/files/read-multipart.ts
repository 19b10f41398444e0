import type { Readable } from 'node:stream';
import busboy from 'busboy';
import { MalformedError, TooLargeError, UnavailableError, type TrellisError } from '@trellis-crm/sdk';

/** Bytes of all fields of a form but its files, which come together in memory. */
export const mostFieldBytes = 2 * 1024 * 1024;

/** How a form with files is read. */
export interface MultipartReading<T> {
  readonly limits: { readonly files: number; readonly fileSize: number };
  /** Takes one file in; its stream has to be read to the end or destroyed. */
  readonly take: (part: Readable) => Promise<T>;
  /** Said of more files than `limits.files`, and of one beyond `limits.fileSize`; without words for that its rest is skipped. */
  readonly refusals: { tooMany(): TrellisError; readonly tooLarge?: () => TrellisError };
}

/** One file of a form. */
export interface FormFile<T> {
  /** Name of its control. */
  readonly field: string;
  /** As the sender wrote it; undefined for none. */
  readonly name: string | undefined;
  readonly value: T;
  /** There was more of it than `limits.fileSize`. */
  readonly isCut: boolean;
}

/** A form with files, as it was sent. */
export interface MultipartForm<T> {
  /** Values by name, in their order. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly files: readonly FormFile<T>[];
}

/**
 * Reads `multipart/form-data`; no file is in memory as a whole.
 * @throws MalformedError `malformed_form`, TooLargeError `body_too_large` beyond {@link mostFieldBytes}, what `refusals` say, and what
 *   `take` throws
 */
export async function readMultipart<T>(
  stream: Readable,
  contentType: string,
  reading: MultipartReading<T>,
): Promise<MultipartForm<T>> {
  const form = createForm(contentType, reading.limits);
  const taken: Promise<FormFile<T>>[] = [];
  try {
    const fields = await listen(stream, form, reading, taken);
    return { fields, files: await Promise.all(taken) };
  } catch (error) {
    stream.unpipe(form);
    form.destroy();
    // What still comes is read and thrown away, so that the sender gets to read why.
    stream.resume();
    await Promise.allSettled(taken);
    throw error;
  }
}

function listen<T>(
  stream: Readable,
  form: busboy.Busboy,
  { take, refusals }: MultipartReading<T>,
  taken: Promise<FormFile<T>>[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { promise, resolve, reject } = Promise.withResolvers<ReadonlyMap<string, readonly string[]>>();
  const fields = new Map<string, string[]>();
  let left = mostFieldBytes;
  form.on('field', (name, value, { valueTruncated }) => {
    left -= Buffer.byteLength(name) + Buffer.byteLength(value);
    if (left < 0 || valueTruncated) reject(tooManyBytes());
    else fields.set(name, [...(fields.get(name) ?? []), value]);
  });
  form.on('file', (field, part, { filename }) => {
    // It may break off before anybody reads it; whoever reads then is told.
    part.on('error', ignore);
    const file = take(part).then((value) => ({ field, name: filename, value, isCut: part.truncated === true }));
    file.catch(reject);
    taken.push(file);
    const { tooLarge } = refusals;
    if (tooLarge !== undefined) part.on('limit', () => reject(tooLarge()));
  });
  form.on('filesLimit', () => reject(refusals.tooMany()));
  form.on('fieldsLimit', () => reject(tooManyFields()));
  form.on('error', (cause) => reject(new MalformedError('malformed_form', {}, { cause })));
  form.on('close', () => resolve(fields));
  const breakOff = (cause?: unknown): void =>
    reject(cause instanceof UnavailableError ? cause : new MalformedError('body_incomplete', {}, { cause }));
  stream.on('error', breakOff);
  stream.on('close', () => {
    if (!stream.readableEnded) breakOff();
  });
  stream.pipe(form);
  return promise;
}

function tooManyFields(): MalformedError {
  return new MalformedError('malformed_form', {}, { message: 'The form has too many fields.' });
}

function tooManyBytes(): TooLargeError {
  return new TooLargeError('body_too_large', { maxBytes: mostFieldBytes });
}

function createForm(contentType: string, limits: MultipartReading<unknown>['limits']): busboy.Busboy {
  const all = { ...limits, fields: 2000, fieldSize: mostFieldBytes, parts: 2000 + limits.files };
  try {
    return busboy({ headers: { 'content-type': contentType }, limits: all, defParamCharset: 'utf8' });
  } catch (cause) {
    throw new MalformedError('malformed_form', {}, { message: 'The form has no boundary.', cause });
  }
}

function ignore(): void {
  // What failed is told where it is read.
}

const patienceMs = 60_000;

/** An upload that stands still for a minute is given up, so that it does not hold its place. */
export async function withPatience<T>(stream: Readable, read: () => Promise<T>): Promise<T> {
  const giveUp = (): void => void stream.destroy(new UnavailableError('upload_stalled', { retryAfterSeconds: 5 }));
  const timer = setTimeout(giveUp, patienceMs);
  const onData = (): void => void timer.refresh();
  stream.on('data', onData).on('error', ignore).pause();
  try {
    return await read();
  } finally {
    clearTimeout(timer);
    stream.off('data', onData);
  }
}
