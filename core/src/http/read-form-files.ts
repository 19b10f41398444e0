import { MalformedError, TooLargeError } from '@trellis-crm/sdk';
import type { ReceivedContent } from '../files/content-folder.js';
import type { FileStore } from '../files/file-store.js';
import { receiveForm } from '../files/read-files.js';
import { mostFieldBytes } from '../files/read-multipart.js';
import type { SentFile } from '../files/sent-file.js';
import type { Endpoint } from './endpoint.js';
import { isStorableText } from './parse-json.js';
import { refuseEncoded } from './read-text.js';
import type { Exchange } from './request-state.js';

/** Where files of forms come in, and what came in so far. */
export interface FormFiles {
  store(): FileStore;
  /** To be dropped after the answer. */
  readonly received: ReceivedContent[];
}

/** A form as it came, with its files. */
export interface FilledForm {
  readonly parameters: readonly (readonly [string, string])[];
  readonly files: readonly SentFile[];
}

/** Media type of forms with files. */
export const multipartType = 'multipart/form-data';

/** Whether a request is a form with files, which takes the time its sender needs. */
export function bringsFiles(endpoint: Endpoint, ctx: Exchange): boolean {
  const body = endpoint.input?.body;
  return body?.kind === 'form' && body.maxFiles !== undefined && ctx.get('Content-Type').startsWith(multipartType);
}

/** Takes a form with files in. @throws TooLargeError, ValidationError `too_many_files`, MalformedError */
export async function readFilledForm(ctx: Exchange, maxFiles: number, files: FormFiles): Promise<FilledForm> {
  const store = files.store();
  const maxBytes = maxFiles * store.maxBytes + mostFieldBytes;
  refuseEncoded(ctx.req);
  if (Number(ctx.get('Content-Length') || 0) > maxBytes) throw new TooLargeError('body_too_large', { maxBytes });
  const source = { stream: ctx.req, contentType: ctx.get('Content-Type'), maxFiles };
  const form = await receiveForm(store, source, files.received);
  const parameters = [...form.fields].flatMap(([name, values]) => values.map((value) => [name, value] as const));
  if (!parameters.every((texts) => texts.every(isStorableText))) throw new MalformedError('malformed_body');
  return { parameters, files: form.files };
}
