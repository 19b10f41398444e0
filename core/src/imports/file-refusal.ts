import { ValidationError } from '@trellis-crm/sdk';

/** Why a whole file was not taken: every reason has a code of its own, and a sentence that says how to mend it. */
export type FileRefusalCode =
  | 'empty_file'
  | 'contains_nul'
  | 'unknown_encoding'
  | 'wrong_delimiter'
  | 'duplicate_header'
  | 'broken_header'
  | 'too_many_columns'
  | 'missing_column'
  | 'no_columns_recognised';

/** Where in the file the reason lies; columns are named as in the header. */
export interface FilePlace {
  readonly line?: number;
  readonly column?: string;
}

/** The error that refuses a whole file. Nothing of it was imported. */
export function refuseFile(code: FileRefusalCode, message: string, place: FilePlace = {}): ValidationError {
  return new ValidationError(code, { ...place }, { message, errors: [{ pointer: '/file', code, message }] });
}
