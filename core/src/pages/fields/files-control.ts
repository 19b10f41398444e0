import { filesIn } from '../../records/files/file-fields.js';
import type { EntityField } from './entity-field.js';
import type { ControlSources } from './control-sources.js';
import { readFiles } from './form-reader.js';

/** Control of the files to be added to a field. */
export function addedFiles(path: string): string {
  return `${path}.add`;
}

/** Files as ticked names, and a control to add some. */
export interface FilesView {
  readonly kind: 'files';
  readonly name: string;
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly adding: object;
}

/** The control of a field of files: those whose boxes stay ticked are kept. Its form has to be sent with `isUpload`. */
export function filesControl(owner: EntityField, { entity, labels, form, errors }: ControlSources): FilesView {
  const { path, field } = owner;
  const hint = labels.hint(entity, owner);
  const error = errors.get(path);
  return {
    kind: 'files',
    name: path,
    label: labels.field(entity, owner),
    options: filesIn(readFiles(form, path)).map(({ id, name }) => ({ value: `${id}:${name}`, label: name })),
    adding: {
      kind: 'file',
      name: addedFiles(path),
      isMultiple: field.max !== 1,
      ...(field.accept === undefined ? {} : { accept: field.accept.join() }),
      ...(hint === null ? {} : { hint }),
      ...(error === undefined ? {} : { error }),
    },
  };
}
