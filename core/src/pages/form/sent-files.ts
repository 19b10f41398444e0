import type { Problem } from '@trellis-crm/sdk';
import { FileStore } from '../../files/index.js';
import type { TakenFile } from '../../files/sent-file.js';
import type { EntityField } from '../fields/entity-field.js';
import { addedFiles } from '../fields/files-control.js';
import type { FormData } from '../fields/form-reader.js';
import type { PageCall } from '../page-call.js';
import { formOf } from './plain-form.js';

/** A posted form with the files that came along, and which of them were not taken. */
export interface FormWithFiles {
  readonly form: FormData;
  readonly problems: readonly Problem[];
}

/** Files that came with a form stand in it like those the record has. What is wrong elsewhere does not lose them. */
export function formWithFiles(call: PageCall, fields: readonly EntityField[]): FormWithFiles {
  const form: Record<string, FormData[string]> = { ...formOf(call) };
  const problems: Problem[] = [];
  const sent = call.request.files ?? [];
  for (const { path, field } of sent.length === 0 ? [] : fields) {
    const mine = field.kind === 'files' ? sent.filter((file) => file.field === addedFiles(path)) : [];
    if (mine.length === 0) continue;
    form[path] = [...valuesOf(form[path]), ...mine.flatMap((one) => ('file' in one ? [valueOf(one)] : []))];
    const message = refusalText(call, mine);
    if (message !== '') problems.push({ pointer: `/${path.replaceAll('.', '/')}`, code: 'files_refused', message });
  }
  return { form, problems };
}

function valuesOf(value: FormData[string]): readonly string[] {
  return typeof value === 'string' ? [value] : (value ?? []);
}

function valueOf({ file: { id, name } }: Extract<TakenFile, { readonly file: object }>): string {
  return `${id}:${name}`;
}

/** A control has one text, which names them all. */
function refusalText({ workspace, t }: PageCall, sent: readonly TakenFile[]): string {
  const limit = Math.floor(workspace.container.resolve(FileStore).maxBytes / 1024 / 1024);
  return sent
    .flatMap((one) => ('file' in one ? [] : [t(`files.${one.refused}`, { name: one.name, limit })]))
    .join(' · ');
}
