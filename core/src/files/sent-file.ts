import type { StoredFile } from '@trellis-crm/sdk';
import type { ReceivedContent } from './content-folder.js';

/** A file that came with a form and lies aside; what is not stored is dropped after the answer. */
export interface SentFile {
  /** Name of its control. */
  readonly field: string;
  /** As the sender wrote it; undefined for none. */
  readonly name: string | undefined;
  readonly content: ReceivedContent;
  /** It is larger than what the installation takes: only its beginning came in. */
  readonly isCut: boolean;
}

/** What became of a file that came with a form: it is in the store, held by no record yet, or was not taken. */
export type TakenFile =
  | { readonly field: string; readonly file: StoredFile }
  | { readonly field: string; readonly refused: string; readonly name: string };
