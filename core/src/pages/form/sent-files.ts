import { isTrellisError, type Problem } from '@trellis-crm/sdk';
import { FileStore } from '../../files/index.js';
import type { SentFile } from '../../files/sent-file.js';
import type { EntityField } from '../fields/entity-field.js';
import { addedFiles } from '../fields/files-control.js';
import type { FormData } from '../fields/form-reader.js';
import type { PageCall } from '../page-call.js';
import { formOf } from './plain-form.js';

/** A posted form whose files are in the store, and which of them were not taken. */
export interface FormWithFiles {
  readonly form: FormData;
  readonly problems: readonly Problem[];
}

/** Stores the files that came with a form; from then on they stand in it like those the record has. What is wrong elsewhere does not lose them. */
export async function formWithFiles(call: PageCall, fields: readonly EntityField[]): Promise<FormWithFiles> {
  const form: Record<string, FormData[string]> = { ...formOf(call) };
  const problems: Problem[] = [];
  const sent = call.request.files ?? [];
  for (const { path, field } of sent.length === 0 ? [] : fields) {
    const mine = field.kind === 'files' ? sent.filter((file) => file.field === addedFiles(path)) : [];
    if (mine.length > 0) form[path] = [...valuesOf(form[path]), ...(await stored(call, path, mine, problems))];
  }
  return { form, problems };
}

function valuesOf(value: FormData[string]): readonly string[] {
  return typeof value === 'string' ? [value] : (value ?? []);
}

async function stored(
  { workspace, request, t }: PageCall,
  path: string,
  sent: readonly SentFile[],
  problems: Problem[],
): Promise<readonly string[]> {
  const store = workspace.container.resolve(FileStore);
  const limit = Math.floor(store.maxBytes / 1024 / 1024);
  const looked = await Promise.all(sent.map((file) => recognise(store, file)));
  const refusals = looked.flatMap((one) => ('refused' in one ? [one] : []));
  // A control has one text, which names them all.
  const message = refusals.map(({ refused, name }) => t(`files.${refused}`, { name, limit })).join(' · ');
  if (message !== '') problems.push({ pointer: `/${path.replaceAll('.', '/')}`, code: 'files_refused', message });
  const files = looked.flatMap((one) => ('refused' in one ? [] : [one]));
  return (await store.store(files, request.identity)).map(({ id, name }) => `${id}:${name}`);
}

/** Why a file was not taken. */
interface RefusedFile {
  readonly refused: string;
  readonly name: string;
}

async function recognise(
  store: FileStore,
  { content, name, isCut }: SentFile,
): Promise<Awaited<ReturnType<FileStore['recognise']>> | RefusedFile> {
  const shown = name?.split(/[/\\]/).at(-1) ?? '';
  if (isCut) return { refused: 'file_too_large', name: shown };
  try {
    return await store.recognise(content, name);
  } catch (error) {
    if (!isTrellisError(error) || error.kind !== 'validation') throw error;
    return { refused: error.code, name: shown };
  }
}
