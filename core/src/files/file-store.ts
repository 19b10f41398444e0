import type { Readable } from 'node:stream';
import { TooLargeError, ValidationError, type Clock, type StoredFile } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Identity } from '../auth/identity.js';
import { uuidV7 } from '../database/uuid-v7.js';
import { ContentFolder, type ReceivedContent } from './content-folder.js';
import { fileNameOf } from './file-name.js';
import { checkRoom, claimRoom } from './file-room.js';
import { typeOf, type KnownType } from './file-type.js';

/** What the store needs of a workspace. */
export interface FileStoreParts {
  readonly knex: Knex;
  readonly clock: Clock;
  readonly dataDir: string;
  /** Of one file. */
  readonly maxBytes: number;
  /** Of all files together; 0 = no limit. */
  readonly quotaBytes: number;
}

/** A file that came in and is not in the store yet. */
export interface ReceivedFile extends KnownType {
  readonly content: ReceivedContent;
}

/**
 * Files that people keep with records: contents in the data folder, what is known of them in `core.files`. Content is on the disk before
 * its row is written, so no record names a file that is not there; content without a row is removed by a job.
 */
export class FileStore {
  readonly folder: ContentFolder;

  constructor(private readonly parts: FileStoreParts) {
    this.folder = new ContentFolder(parts.dataDir);
  }

  /** Bytes of one file at most. */
  get maxBytes(): number {
    return this.parts.maxBytes;
  }

  /** Takes content in, which lies aside until it is stored or dropped. @throws TooLargeError, UnavailableError `storage_full` */
  receive(source: Readable): Promise<ReceivedContent> {
    return this.folder.receive(source, this.maxBytes, () => fileTooLarge(this.maxBytes));
  }

  /** Forgets what came in and was not stored. */
  async drop(contents: readonly ReceivedContent[]): Promise<void> {
    for (const content of contents) await this.folder.drop(content);
  }

  /** Finds out what came in. @throws ValidationError `file_empty`, `file_type_refused` */
  async recognise(content: ReceivedContent, givenName: string | undefined): Promise<ReceivedFile> {
    const name = fileNameOf(givenName);
    if (content.sizeBytes === 0) throw refused('file_empty', `"${name}" is empty.`, { name });
    const known = await typeOf(name, content.beginning);
    if (known !== null) return { ...known, content };
    throw refused('file_type_refused', `"${name}" is of a kind that is not kept here.`, { name });
  }

  /** Stores what came in, all or none. @throws RateLimitError `too_many_files_waiting`, UnavailableError `storage_full` */
  async store(files: readonly ReceivedFile[], { userId }: Pick<Identity, 'userId'>): Promise<readonly StoredFile[]> {
    if (files.length === 0) return [];
    const { maxBytes, quotaBytes } = this.parts;
    const sizeBytes = files.reduce((sum, { content }) => sum + content.sizeBytes, 0);
    const wanted = { userId, count: files.length, sizeBytes, maxBytes, quotaBytes };
    await checkRoom(this.parts.knex, wanted);
    return this.parts.knex.transaction(async (trx) => {
      // In one order, so that nobody waits for somebody who waits for them.
      for (const { content } of files.toSorted((left, right) =>
        left.content.sha256 < right.content.sha256 ? -1 : 1,
      )) {
        await lockContent(trx, content.sha256);
        await this.folder.keep(content);
      }
      // Nobody waits for somebody's disk: what came at the same time and finds no room leaves contents that are swept.
      await claimRoom(trx, wanted);
      const rows = files.map(({ name, type, content }) => ({
        id: uuidV7(),
        name,
        type,
        size: content.sizeBytes,
        sha256: content.sha256,
      }));
      const made = { created_by: userId, created_at: this.parts.clock.now() };
      await trx('core.files').insert(rows.map((row) => ({ ...row, ...made })));
      return rows.map(({ sha256: _sha256, ...file }) => file);
    });
  }

  /** Content of a file as a stream; null when it is lost. */
  open(sha256: string): Promise<Readable | null> {
    return this.folder.read(sha256);
  }
}

/** Whoever keeps or removes this content waits for the other. */
export async function lockContent(trx: Knex.Transaction, sha256: string): Promise<void> {
  await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`core.files ${sha256}`]);
}

/** The refusal of a file beyond what the installation takes. */
export function fileTooLarge(limitBytes: number): TooLargeError {
  const limitMb = Math.floor(limitBytes / megabyte);
  return new TooLargeError(
    'file_too_large',
    { limitBytes, limitMb },
    { message: `A file may have ${limitMb} MB at most.` },
  );
}

/** Bytes of a megabyte. */
export const megabyte = 1024 * 1024;

function refused(code: string, message: string, details: { readonly name: string }): ValidationError {
  return new ValidationError(code, details, { message, errors: [{ pointer: '/file', code, message }] });
}
