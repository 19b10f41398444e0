import { filesIn } from '../../records/files/file-fields.js';
import type { EntityField } from './entity-field.js';
import type { ControlSources } from './control-sources.js';
import { readFiles } from './form-reader.js';

/** Files as ticked names. */
export interface FilesView {
  readonly kind: 'files';
  readonly name: string;
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly label: string; readonly href: string }[];
  readonly hint?: string;
  readonly error?: string;
}

/** The control of a field of files: those whose boxes stay ticked are kept. */
export function filesControl(owner: EntityField, { entity, labels, form, errors }: ControlSources): FilesView {
  const { path } = owner;
  const hint = labels.hint(entity, owner);
  const error = errors.get(path);
  return {
    kind: 'files',
    name: path,
    label: labels.field(entity, owner),
    options: filesIn(readFiles(form, path)).map(({ id, name }) => ({
      value: `${id}:${name}`,
      label: name,
      href: `/files/${id}`,
    })),
    ...(hint === null ? {} : { hint }),
    ...(error === undefined ? {} : { error }),
  };
}
