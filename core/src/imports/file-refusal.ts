import { ValidationError } from '@trellis-crm/sdk';

/** Why a whole file was not taken: every reason has a code of its own, and a sentence that says how to mend it. */
export type FileRefusalCode =
  | 'empty_file'
  | 'contains_nul'
  | 'not_text'
  | 'unknown_encoding'
  | 'not_in_encoding'
  | 'wrong_delimiter'
  | 'duplicate_header'
  | 'broken_header'
  | 'too_many_columns'
  | 'too_many_rows'
  | 'line_too_long'
  | 'missing_column'
  | 'no_columns_recognised'
  | 'no_rows'
  | 'old_spreadsheet'
  | 'not_a_spreadsheet'
  | 'broken_spreadsheet'
  | 'spreadsheet_too_large'
  | 'unknown_sheet'
  | 'not_a_card';

/** Where in the file the reason lies (`line`, `column` as in the header), and what else its text names. */
export type RefusalDetails = Readonly<Record<string, string | number>>;

/** The error that refuses a whole file. Nothing of it was imported. Pages say it in the language of the user, by its code. */
export function refuseFile(code: FileRefusalCode, message: string, details: RefusalDetails = {}): ValidationError {
  return new ValidationError(code, { ...details }, { message, errors: [{ pointer: '/file', code, message }] });
}
