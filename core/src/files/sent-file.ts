import type { ReceivedContent } from './content-folder.js';

/** A file that came with a form and lies aside until its handler stores it; what is left over is dropped after the answer. */
export interface SentFile {
  /** Name of its control. */
  readonly field: string;
  /** As the sender wrote it; undefined for none. */
  readonly name: string | undefined;
  readonly content: ReceivedContent;
  /** It is larger than what the installation takes: only its beginning came in. */
  readonly isCut: boolean;
}
