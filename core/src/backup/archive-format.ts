import { TrellisError } from '@trellis-crm/sdk';

/**
 * An archive is NDJSON in a zstd frame, followed by a skippable frame that holds the SHA-256 of every byte before it; so
 * `zstd -dc` reads it, and no byte can change unseen. Lines: a header, what to run before the rows, tables with their
 * rows (arrays), sequences, files with their parts (strings), what to run after the rows, and a trailer. The body is
 * what stands between header and trailer: two backups of the same data have the same body, byte by byte.
 */
export const archiveFormat = 'trellis-backup';

/** Raised when older programs could no longer read what newer ones write. */
export const archiveVersion = 1;

/** First line: what this is and where it comes from. */
export interface ArchiveHeader {
  readonly format: typeof archiveFormat;
  readonly version: number;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** Version of the program that wrote it. */
  readonly trellis: string;
  /** Version of the database server, like `18.4`. */
  readonly postgres: string;
  /** Which key its sealed settings need; null when the installation had none. */
  readonly keyFingerprint: string | null;
}

/** What one table or file holds. */
export interface PartSummary {
  /** Rows of a table, bytes of a file. */
  readonly count: number;
  /** SHA-256 of its lines, or of a file's bytes. */
  readonly sha256: string;
}

/** Last line: what must have come before it. */
export interface ArchiveTrailer {
  readonly tables: Readonly<Record<string, PartSummary>>;
  readonly files: Readonly<Record<string, PartSummary>>;
  /** SHA-256 of all lines between header and trailer. */
  readonly body: string;
}

/** The lines that are objects; rows are arrays and parts of files are strings. */
export type ArchiveLine =
  | { readonly header: ArchiveHeader }
  | { readonly before: string }
  | { readonly table: string; readonly columns: readonly string[] }
  | { readonly sequence: string; readonly value: string; readonly isCalled: boolean }
  | { readonly file: string }
  | { readonly after: string }
  | { readonly trailer: ArchiveTrailer };

const skippableMagic = 0x184d2a5e;
const hashBytes = 32;

/** Length of the last frame in bytes. */
export const sealBytes = 8 + hashBytes;

/** The last frame of a file whose other bytes have this SHA-256. */
export function sealOf(sha256: Buffer): Buffer {
  const frame = Buffer.alloc(8);
  frame.writeUInt32LE(skippableMagic, 0);
  frame.writeUInt32LE(hashBytes, 4);
  return Buffer.concat([frame, sha256]);
}

/** An archive that cannot be written or used. */
export class ArchiveError extends TrellisError {
  readonly kind = 'archive';
  readonly status = 0;

  constructor(
    code: 'archive_damaged' | 'archive_unknown' | 'archive_incomplete' | 'archive_exists' | 'database_not_empty',
    message: string,
    cause?: unknown,
  ) {
    super(code, {}, { message, cause });
  }
}
